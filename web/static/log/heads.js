// The newest signed head that this browser saw of each log, kept from one visit to the next, so that a
// ledger which shows another history is found out by whoever comes back.
//
//     await demandConsistent(note, vkey);     // throws Refusal, or Fork with the evidence
//     remember(note);                         // only a head that is known to be consistent
//     last(origin);                           // {note, seenAt} or null
//
// It is the log's own signature that is held against it: nothing here trusts what the server says
// beside that. The evidence is a file that `chiptrail verify` reads (docs/formats.md, "Evidence").

import { later } from "../fill.js";
import { decodeBase64, encodeBase64, isEqual } from "../verify/bytes.js";
import { verifyConsistency } from "../verify/merkle.js";
import { openCheckpoint, parseCheckpoint, parseNote, parseVkey } from "../verify/note.js";
import { demand, reasonOf, Refusal } from "../verify/refusal.js";
import { dump, parseObject } from "../verify/strict_json.js";

const HEAD = "chiptrail.head.";
const KEY = "chiptrail.vkey.";

// Two heads that one log signed, the larger of *size* entries, and that are not known to be of one
// history; *isProven*: they are of two. *evidence* is the text of the file that says so, *fileName*
// what to call it.
export class Fork extends Refusal {
  constructor(why, { origin, size }, evidence, isProven) {
    super(why.text, why.values);
    this.size = size;
    this.evidence = dump(evidence);
    this.isProven = isProven;
    this.fileName = `${origin.replaceAll(/[^A-Za-z0-9.-]+/g, "-")}.evidence.json`;
  }
}

// What is kept -------------------------------------------------------------------------------------

// The last head that was remembered of *origin*: {note, seenAt}, seenAt in ISO 8601; null for none.
export function last(origin) {
  return JSON.parse(read(HEAD + origin) ?? "null");
}

// Keep *note* as the last head of its log, unless a larger one is kept.
export function remember(note) {
  const { origin, size } = headIn(note);
  const kept = last(origin);
  if (kept && headIn(kept.note).size > size) return;
  write(HEAD + origin, JSON.stringify({ note, seenAt: new Date().toISOString() }));
}

// The verifier key by which *origin* was known at an earlier visit; null for none.
export const keptVkey = (origin) => read(KEY + origin);

export const keepVkey = (vkey) => write(KEY + vkey.split("+", 1)[0], vkey);

// Keep nothing of *origin* any more: its next visit is the first.
export function forget(origin) {
  for (const name of [HEAD + origin, KEY + origin]) localStorage.removeItem(name);
}

// A browser may be told to keep nothing: then every visit is the first.
function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // As above; or there is no room.
  }
}

// What is held against it --------------------------------------------------------------------------

// That the head in *note*, signed by the log of *vkey*, is of one history with the last that this
// browser saw: {answer, kept, seen}, the answer "first", "unchanged", "grown" or "older" (a beginning
// of what was seen before). The proof comes from *place*, where the log's pages are.
export async function demandConsistent(note, vkey, place = "/log") {
  const log = await parseVkey(vkey);
  const seen = await openCheckpoint(note, log);
  const before = last(log.name);
  if (before === null) return { answer: "first", kept: null, seen };
  const kept = await openCheckpoint(before.note, log);
  const isOlder = kept.size > seen.size;
  const [smaller, larger] = isOlder ? [seen, kept] : [kept, seen];
  const notes = isOlder ? [note, before.note] : [before.note, note];
  if (smaller.size === larger.size) {
    if (isEqual(smaller.root, larger.root)) return { answer: "unchanged", kept, seen };
    throw forked(notes, larger, null, []);
  }
  if (smaller.size > 0) await demandBeginning(smaller, larger, notes, place);
  return { answer: isOlder ? "older" : "grown", kept, seen };
}

async function demandBeginning(smaller, larger, notes, place) {
  const { root, path } = await fetchProof(smaller, larger, notes, place);
  try {
    await verifyConsistency(smaller.size, larger.size, root, larger.root, path);
  } catch (error) {
    throw unproven(notes, larger, { text: later("the proof that it shows does not hold: %(why)s"), values: { why: reasonOf(error) } });
  }
  if (!isEqual(root, smaller.root)) throw forked(notes, larger, root, path);
}

async function fetchProof(smaller, larger, notes, place) {
  const answer = await fetch(`${place}/consistency?from=${smaller.size}&to=${larger.size}`);
  if (!answer.ok) {
    // An overload says nothing of the log; that it has no such size does.
    if (answer.status >= 500 || answer.status === 429) {
      throw new Refusal("the ledger does not answer (%(status)s): try again", { status: answer.status });
    }
    const text = later("it shows no tree of %(size)s entries any more");
    throw unproven(notes, larger, { text, values: { size: larger.size } });
  }
  const said = parseObject(new Uint8Array(await answer.arrayBuffer()));
  const isShown = Array.isArray(said.consistency);
  demand(isShown, "the ledger shows no consistency proof");
  return { root: decodeBase64(said.fromRoot), path: said.consistency.map(decodeBase64) };
}

// *root* is what the larger tree begins with; null for its own, where the two are of one size.
function forked(notes, larger, root, path) {
  const checkpoints = inOrder(notes);
  const evidence = {
    evidence: "chiptrail/1",
    checkpoints,
    root: encodeBase64(root ?? headIn(checkpoints[1]).root),
    consistency: path.map(encodeBase64),
  };
  const why = { text: later("the log %(origin)s signed two histories: its tree of %(size)s entries does not begin with the one that this browser saw before"), values: larger };
  return new Fork(why, larger, evidence, true);
}

function unproven(notes, larger, why) {
  const evidence = { evidence: "chiptrail/1", checkpoints: inOrder(notes) };
  const text = later("the log %(origin)s signed a tree of %(size)s entries, and does not show that it goes on from the other that this browser saw: %(why)s");
  return new Fork({ text, values: { ...larger, why } }, larger, evidence, false);
}

// Of two heads of one size the one with the lower root comes first, whoever says it.
function inOrder(notes) {
  const [one, other] = notes.map(headIn);
  if (one.size !== other.size) return notes;
  const first = one.root.findIndex((byte, at) => byte !== other.root[at]);
  return one.root[first] <= other.root[first] ? notes : [notes[1], notes[0]];
}

const headIn = (note) => parseCheckpoint(parseNote(note).text);
