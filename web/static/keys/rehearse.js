// What the ledger would find, before anybody signs: nothing is recorded (docs/http.md).
//
//     const found = await rehearse(reads, keyid, tell);
//     // {findings: [{tier, code, message, cites, items, remedy, at: [numbers of payloads]}], refused,
//     //  names: {party id: its name}}

import { told as translated } from "../phrases.js";
import { say } from "../words.js";
import { batches } from "./batches.js";
import { unsigned } from "./sign.js";

const TIERS = ["contraindicated", "warning", "none", "affirming"];

export async function rehearse(reads, keyid, tell) {
  const findings = new Map();
  const refused = [];
  const names = {};
  let done = 0;
  for (const batch of batches(bodiesOf(reads, keyid), (body) => body)) {
    const said = await ask(batch);
    said.entries.forEach(({ receipt, problem }, at) => {
      if (problem) refused.push({ at: done + at, ...problem });
      for (const one of receipt?.findings ?? []) gather(findings, one, said.remedies, done + at);
      if (receipt?.withoutEffect) refused.push({ at: done + at, detail: receipt.withoutEffect });
    });
    Object.assign(names, said.names);
    done += batch.length;
    tell(done);
  }
  const rank = ({ tier }) => TIERS.indexOf(tier);
  return { findings: [...findings.values()].sort((one, other) => rank(one) - rank(other)), refused, names };
}

function* bodiesOf(reads, keyid) {
  for (const read of reads) yield JSON.stringify(unsigned(read, keyid));
}

// The same said of many is said once.
function gather(findings, one, remedies, at) {
  const key = `${one.code}\n${one.message}`;
  const known = findings.get(key) ?? { ...one, remedy: remedies[one.code], at: [] };
  known.at.push(at);
  findings.set(key, known);
}

async function ask(batch) {
  const answer = await fetch("/api/v1/entries/rehearsal", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: `{"entries":[${batch.join(",")}]}`,
  }).catch(() => null);
  const said = await answer?.json().catch(() => null);
  if (!answer?.ok) throw new Error(said?.detail ? translated(said.detail) : say("The ledger cannot be reached."));
  return said;
}
