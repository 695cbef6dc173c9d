// Sending what was signed until the ledger has given a receipt for each, in the order of signing.
//
//     for await (const told of sendAll(lines)) ...      // [{line, status, receipt | problem}]
//
// What is sent again gets the receipt that it had: after a connection that died, all of it may simply
// be sent again. What the ledger cannot take now is tried again a few times, then left in the outbox.

import { told as translated } from "../phrases.js";
import { say } from "../words.js";
import { batches } from "./batches.js";
import { settle } from "./store.js";

const PAUSES_MS = [500, 1500, 4000];

export async function* sendAll(lines) {
  for (const batch of batches(lines, (line) => line.body)) {
    const answers = await post(batch);
    const told = batch.map((line, at) => ({ line, ...answers[at] }));
    const refused = told.filter((one) => one.problem);
    for (const { line, problem } of refused) line.problem = problem;
    await settle(
      told.filter((one) => one.receipt).map((one) => one.line),
      refused.map((one) => one.line),
    );
    yield told;
  }
}

async function post(batch) {
  const body = `{"entries":[${batch.map((line) => line.body).join(",")}]}`;
  for (const pause of [...PAUSES_MS, null]) {
    const why = await attempt(body);
    if (Array.isArray(why)) return why;
    if (pause === null || !why.passes) throw Object.assign(new Error(why.said), { isSignedOut: why.isSignedOut });
    await new Promise((resume) => setTimeout(resume, pause));
  }
  return null;
}

// The answers to each, or why there are none and whether that *passes*.
async function attempt(body) {
  let answer;
  try {
    const headers = { "Content-Type": "application/json" };
    answer = await fetch("/api/v1/entries", { method: "POST", headers, body });
  } catch {
    return { passes: true, said: say("The ledger cannot be reached.") };
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok && Array.isArray(said.entries)) {
    // Of each by itself: what the ledger cannot do now is no refusal.
    const faulty = said.entries.find((one) => one.problem && (one.status >= 500 || one.status === 429));
    return faulty ? { passes: true, said: translated(faulty.problem.detail) } : said.entries;
  }
  if (answer.status === 401) {
    return { passes: false, isSignedOut: true, said: say("You are signed out: sign in again, then send it.") };
  }
  const passes = answer.status >= 500 || answer.status === 429;
  return { passes, said: said.detail ? translated(said.detail) : say("The ledger does not take it now.") };
}
