// Verify one bundle in a browser: steps (1) to (11) of ledger/verify.py, by the same numbers, without
// a server. Not done here is step (12), the refolding of custody and the judgement of findings: it
// takes the rules and the borders that `chiptrail verify` has. So of what was found, and of who holds
// what, nothing is proved here: it is the operator's word.
//
//     const trust = { vkey, witnesses: [vkey, ...], quorum: 1, pins: [[party, publicKey], ...] };
//     const answer = await verifyBundle(bytes, trust);
//     answer.failed      // null, or {step, head, entry, claimed, why}: head or entry is the one that
//                        // it was about, claimed the log that the file says it is of,
//                        // why is for sayReason
//     answer.verified    // null, or what the bundle shows, as plain data
//
// Reduced in (7) and (8): members that no step rests on are not held against the forms of EPCIS and of
// statements as closely as there. In (1): the rule pack is not read, its hash is compared in (11).

import { contentsIn, encodeContents, hashesOf, parseBundle, parseBundleStatement } from "./bundle.js";
import { decodeBase64, encodeHex, isEqual } from "./bytes.js";
import { sha256 } from "./digest.js";
import * as dsse from "./dsse.js";
import { publicKey } from "./ed25519.js";
import { parseEvent, readAct } from "./event.js";
import { openDisclosures, verifyItem } from "./disclosure.js";
import { readTime } from "./forms.js";
import { leafHash, verifyConsistency, verifyInclusion } from "./merkle.js";
import { cosignatures, encodeVkey, openCheckpoint, parseVkey } from "./note.js";
import { demand, reasonOf } from "./refusal.js";
import { Registry } from "./registry.js";
import { parseStatement } from "./statement.js";

// *report* is called with {done, total}, in heads, entries and items. Refused is only a key that is none.
export async function verifyBundle(bytes, trust, report = () => {}) {
  const { vkey, witnesses = [], quorum = 0, pins = [] } = trust;
  const log = await parseVkey(vkey);
  const cosigners = await Promise.all(witnesses.map(parseVkey));
  const pinned = await readPins(pins);
  const at = { step: 1, head: null, entry: null, claimed: null };
  try {
    const verified = await verify(bytes, { log, cosigners, quorum, pinned }, at, report);
    return { failed: null, verified };
  } catch (error) {
    return { failed: { ...at, why: reasonOf(error) }, verified: null };
  }
}

// The keyids by party: of a party that is named, no other key is taken.
async function readPins(pins) {
  const pinned = new Map();
  for (const [party, key] of pins) {
    const { keyid } = await publicKey(decodeBase64(key));
    pinned.set(party, [...(pinned.get(party) ?? []), keyid]);
  }
  return pinned;
}

async function verify(bytes, { log, cosigners, quorum, pinned }, at, report) {
  const bundle = parseBundle(bytes);
  const envelope = dsse.readEnvelope(bundle.statement, "/statement");
  const stated = parseBundleStatement(envelope.payload);
  Object.assign(at, { step: 2, claimed: bundle.checkpoint.split("\n", 1)[0] });
  const checkpoint = await openCheckpoint(bundle.checkpoint, log);
  const cosigned = await cosignatures(bundle.checkpoint, log, cosigners);
  demand(cosigned.length >= quorum, "cosigned by %(count)s of the witnesses, want %(wanted)s", { count: cosigned.length, wanted: quorum });
  const history = new History({ log, checkpoint, pinned, at, step: counter(bundle, report) });
  for (const [number, head] of bundle.heads.entries()) {
    Object.assign(at, { step: 3, head: number });
    await history.takeHead(head);
  }
  for (const entry of bundle.entries) {
    Object.assign(at, { head: null, entry: entry.index });
    await history.take(entry);
  }
  Object.assign(at, { step: 10, head: null, entry: null });
  const operator = await history.operatorOf(envelope);
  at.step = 11;
  await checkScope(stated, checkpoint, bundle);
  await checkContents(stated, bundle, bytes);
  return told({ stated, checkpoint, cosigned, history, operator, quorum, bundle, pinned });
}

// What to call after each head, entry and item.
function counter({ heads, entries }, report) {
  const items = entries.flatMap((entry) => Object.values(entry.items ?? {}));
  const total = heads.length + entries.length + items.reduce((sum, { length }) => sum + length, 0);
  let done = 0;
  return () => report({ done: (done += 1), total });
}

// (3) to (10) ----------------------------------------------------------------------------------------

class History {
  constructor(given) {
    Object.assign(this, given); // {log, checkpoint, pinned, at, step}
    this.registry = new Registry();
    this.heads = new Map();
    this.entries = [];
    this.withheld = [];
    this.lastAt = 0n;
  }

  async takeHead({ note, consistency }) {
    const old = await openCheckpoint(note, this.log);
    const { size, root } = this.checkpoint;
    await verifyConsistency(old.size, size, old.root, root, hashesOf(consistency));
    this.heads.set(note, old.size);
    this.step();
  }

  async take(entry) {
    await this.#take(entry);
    this.step();
  }

  async #take(entry) {
    if ("leaf" in entry) {
      this.at.step = 6;
      const leaf = decodeBase64(entry.leaf);
      await this.#include(entry, dsse.timeInLeaf(leaf), leaf);
      this.withheld.push(entry.index);
      return;
    }
    const envelope = dsse.readEnvelope(entry.envelope, "");
    this.at.step = 4;
    const signer = await this.#signerOf(entry, envelope);
    this.at.step = 5;
    await dsse.verifyEnvelope(envelope, signer.key);
    this.at.step = 6;
    const recordedAt = readTime(entry.recordedAt).getTime();
    demand(recordedAt >= 0, "recorded before 1970");
    const record = await dsse.leafRecord(recordedAt, signer.key, envelope);
    await this.#include(entry, BigInt(recordedAt), record);
    this.at.step = 7;
    const isEvent = envelope.payloadType === dsse.EVENT;
    demand(isEvent || envelope.payloadType === dsse.STATEMENT, "a statement about a bundle is never in the log");
    const event = isEvent ? parseEvent(envelope.payload) : null;
    const said = event ? event.body : parseStatement(envelope.payload);
    const after = this.#checkPreamble(said, signer);
    this.at.step = 8;
    if (!event) await this.#enter(said, entry.index, signer);
    this.at.step = 9;
    const shown = event ? await openEvent(event, entry, this.step) : openStatement(said, entry);
    const identity = encodeHex(await sha256(dsse.pae(envelope)));
    this.entries.push({
      index: entry.index,
      recordedAt: entry.recordedAt,
      identity,
      party: signer.party,
      keyid: signer.key.keyid,
      isEndorsed: signer.isEndorsed,
      after,
      ...shown,
    });
  }

  async #signerOf({ index }, envelope) {
    if (index > 0) return this.#pin(this.registry.signer(envelope.keyid, index));
    const said = parseStatement(envelope.payload);
    demand(said.statement === "genesis", "it is not the genesis");
    const key = await publicKey(decodeBase64(said.registrarKey));
    return this.#pin({ key, party: said["chiptrail:party"], isEndorsed: true });
  }

  #pin(signer) {
    const known = this.pinned.get(signer.party);
    const isKnown = !known || known.includes(signer.key.keyid);
    demand(isKnown, "signed with another key of %(party)s than is pinned", { party: signer.party });
    return signer;
  }

  async #include({ index, inclusion }, recordedAt, record) {
    const { size, root } = this.checkpoint;
    await verifyInclusion(index, size, await leafHash(record), hashesOf(inclusion), root);
    demand(recordedAt >= this.lastAt, "recorded before the entry before it");
    this.lastAt = recordedAt;
  }

  // The size of the head that the signer held; null of the genesis, which (8) lets entry 0 be alone.
  #checkPreamble(said, { party }) {
    const ledger = said["chiptrail:ledger"];
    demand(ledger === this.log.name, "meant for another ledger, %(ledger)s", { ledger });
    const named = said["chiptrail:party"];
    demand(named === party, "it names %(party)s, not the party of the key", { party: named });
    const after = said["chiptrail:after"];
    if (after === undefined) return null;
    const isKnown = this.heads.has(after);
    demand(isKnown, "the head that its signer held is not among the heads");
    return this.heads.get(after);
  }

  async #enter(said, index, signer) {
    await this.registry.enter(said, index, signer.key);
    const isOurs = said.statement !== "genesis" || said.logKey === encodeVkey(this.log);
    demand(isOurs, "it names another key of the log");
  }

  async operatorOf(envelope) {
    const signer = this.#pin(this.registry.signer(envelope.keyid, this.checkpoint.size));
    const roles = this.registry.parties.get(signer.party)?.roles ?? [];
    const isOperator = roles.includes("operator");
    demand(isOperator, "%(party)s is not the operator", { party: signer.party });
    demand(envelope.payloadType === dsse.BUNDLE, "not a statement about a bundle");
    await dsse.verifyEnvelope(envelope, signer.key);
    return signer.party;
  }
}

// (9) ------------------------------------------------------------------------------------------------

function openStatement(said, entry) {
  demand(!("items" in entry) && !("disclosures" in entry), "a statement has nothing beside it");
  return { kind: "statement", said, act: null, withheld: [] };
}

async function openEvent(event, entry, step) {
  const given = entry.items ?? {};
  const isCommitted = (field) => event.lists[field]?.root !== undefined;
  demand(Object.keys(given).every(isCommitted), "shows items of a list that was not committed");
  const items = {};
  for (const [field, list] of Object.entries(event.lists)) {
    items[field] = list.root ? await shownItems(list, given[field] ?? [], step) : { ids: list.ids, isWhole: true };
  }
  const disclosed = await openDisclosures(event.commitments, entry.disclosures ?? []);
  const body = filledIn(event.body, disclosed);
  const withheld = Object.keys(event.commitments).filter((name) => !(name in disclosed));
  const act = readAct({ ...event, body }, items);
  return { kind: "event", said: null, act, disclosed: Object.keys(disclosed), withheld };
}

async function shownItems(list, proofs, step) {
  for (const proof of proofs) {
    const salt = decodeBase64(proof.salt);
    await verifyItem({ ...proof, salt, path: hashesOf(proof.path) }, list);
    step();
  }
  const ids = proofs.map((proof) => proof.id);
  demand(new Set(ids).size === ids.length, "shows an item twice");
  return { ids, isWhole: ids.length === list.count };
}

// To a list that is partly open what was disclosed of it is added.
function filledIn(body, disclosed) {
  const whole = Object.assign(Object.create(null), body);
  for (const [name, value] of Object.entries(disclosed)) {
    const isMore = Array.isArray(whole[name]) && Array.isArray(value);
    whole[name] = isMore ? [...whole[name], ...value] : value;
  }
  return whole;
}

// (11) -----------------------------------------------------------------------------------------------

async function checkScope(stated, checkpoint, { entries, rulePack }) {
  const isSame =
    stated.origin === checkpoint.origin &&
    stated.size === checkpoint.size &&
    isEqual(decodeBase64(stated.root), checkpoint.root);
  demand(isSame, "made for another checkpoint");
  const indexes = entries.map(({ index }) => index);
  demand(`${stated.indexes}` === `${indexes}`, "names other entries than are here");
  const hash = encodeHex(await sha256(decodeBase64(rulePack)));
  demand(stated.rulePack === hash, "names another rule pack");
}

async function checkContents(stated, bundle, bytes) {
  const compact = contentsIn(bytes, bundle);
  if (compact && encodeHex(await sha256(compact)) === stated.contents) return;
  const hash = encodeHex(await sha256(encodeContents(bundle)));
  demand(stated.contents === hash, "something beside it was changed");
}

// What is shown, as plain data -----------------------------------------------------------------------

function told({ stated, checkpoint, cosigned, history, operator, quorum, bundle, pinned }) {
  const { parties } = history.registry;
  const signers = new Set(history.entries.map(({ party }) => party));
  return {
    origin: checkpoint.origin,
    size: checkpoint.size,
    root: encodeHex(checkpoint.root),
    asOf: stated.asOf,
    operator,
    cosigned: cosigned.map(({ name, at }) => ({ name, at: at.toISOString() })),
    witnessedAt: cosigned.length ? cosigned[Math.max(quorum, 1) - 1].at.toISOString() : null,
    pinned: [...pinned.keys()].filter((party) => signers.has(party)),
    names: Object.fromEntries([...parties].map(([id, { names }]) => [id, names[0]])),
    subjects: stated.subjects,
    unproven: stated.unproven,
    containers: stated.containers,
    findings: stated.findings,
    corrections: stated.corrections ?? [],
    reader: stated.reader ?? null,
    horizon: stated.horizon ?? null,
    entries: history.entries,
    withheld: history.withheld,
    heads: bundle.heads.length,
  };
}
