// The ledger held against what this browser saw of it before: the head that one signs after, and the
// one that has what was signed.

import { say } from "../words.js";
import { demandConsistent, Fork, keepVkey, keptVkey, remember } from "../log/heads.js";
import { decodeBase64, isEqual } from "../verify/bytes.js";
import { sha256 } from "../verify/digest.js";
import { pae } from "../verify/dsse.js";
import { leafHash, verifyInclusion } from "../verify/merkle.js";
import { demand } from "../verify/refusal.js";
import { actions, button, download, el } from "./dom.js";
import { headOf } from "./sign.js";

const MOST_PROVED = 10;
// Where a leaf has the identity of its entry (docs/formats.md, "Leaf").
const IDENTITY = [9, 41];

// The verifier key of the log of *origin*: the one that is kept, else the one that it says itself.
export async function vkeyOf(origin, key = null) {
  const kept = keptVkey(origin);
  demand(!kept || !key || kept === key.vkey, "the ledger's own key is not the one that is kept");
  if (kept ?? key?.vkey) return kept ?? key.vkey;
  const said = (await (await fetch("/log/vkey")).text()).trim();
  const isIt = said.startsWith(`${origin}+`);
  demand(isIt, "this is not the ledger %(origin)s", { origin });
  keepVkey(said);
  return said;
}

// Every head that *reads* would be signed after; *key* knows the log's own key, if there is one.
export async function demandSameHistory(reads, key) {
  const vkey = await vkeyOf(reads[0].said["chiptrail:ledger"], key);
  for (const note of new Set(reads.map(headOf))) {
    await demandConsistent(note, vkey);
    remember(note);
  }
}

// That the log has what was signed, by its own signed head, which goes on from the last that this browser
// saw: of *told*, [{line, receipt}], the last few. Gives the size of that log.
export async function demandRecorded(told) {
  const { origin } = told[0].line;
  const vkey = await vkeyOf(origin);
  let size = 0;
  for (const { line, receipt } of told.slice(-MOST_PROVED)) {
    const answer = await fetch(`/api/v1/entries/${receipt.index}/proof`);
    demand(answer.ok, "the ledger shows no proof of entry %(index)s", { index: receipt.index });
    const said = await answer.json();
    const leaf = decodeBase64(said.leaf);
    const identity = await identityOf(JSON.parse(line.body).envelope);
    const isOurs = isEqual(leaf.subarray(...IDENTITY), identity);
    demand(isOurs, "entry %(index)s is not what was signed", { index: receipt.index });
    const { seen } = await demandConsistent(said.checkpoint, vkey);
    const path = said.inclusion.map(decodeBase64);
    await verifyInclusion(receipt.index, seen.size, await leafHash(leaf), path, seen.root);
    remember(said.checkpoint);
    size = seen.size;
  }
  return size;
}

const identityOf = ({ payloadType, payload }) => sha256(pae({ payloadType, payload: decodeBase64(payload) }));

// With *shown* goes the evidence, where the ledger has shown two histories.
export function noteForks(shown, error) {
  if (!(error instanceof Fork)) return;
  const save = () => download(error.fileName, error.evidence);
  shown.append(
    el("p", {}, say("Tell the ledger's operator and your partners: this is evidence against it.")),
    actions(button(say("Save the evidence"), save, "")),
  );
}
