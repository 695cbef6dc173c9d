// Bundles, *.chiptrail.json: their form, and what the operator states of one (docs/formats.md,
// "Bundle"). Every value has one spelling, so that what a reader sees is what the writer meant.

import { concat, decodeBase64, isEqual, utf8 } from "./bytes.js";
import { readEnvelope, writeEnvelope } from "./dsse.js";
import * as form from "./forms.js";
import { demand, reasonOf, Refusal } from "./refusal.js";
import { boolean, code, count, listOf, matching, record, refuse } from "./shape.js";
import { dump, isObject, parse, parseObject } from "./strict_json.js";

const VERSION = "chiptrail/1";
const BUNDLE_LIMIT = 64 << 20;
const STATEMENT_LIMIT = 16 << 20;
const LEAF_SIZE = 137;

const note = (value, where) => typeof value === "string" || refuse(where, "want text");
const bytes = (value, where) => void decoded(value, where);
const hashes = listOf(form.hash);
const envelope = (value, where) => void readEnvelope(value, where);
const open = record({
  index: count,
  recordedAt: form.moment,
  envelope,
  inclusion: hashes,
  "items?": proofs,
  "disclosures?": listOf(note, { least: 1 }),
});
const withheld = record({ index: count, leaf: bytes, inclusion: hashes });
const proof = record({ id: note, salt: bytes, position: count, path: hashes });
const BUNDLE = record({
  bundle: code(VERSION),
  statement: envelope,
  checkpoint: note,
  heads: listOf(record({ note, consistency: hashes })),
  rulePack: bytes,
  entries: listOf((value, where) => (isObject(value) && "leaf" in value ? withheld : open)(value, where)),
});

function proofs(value, where) {
  if (!isObject(value) || Object.keys(value).length === 0) refuse(where, "want proofs by list field");
  for (const [field, list] of Object.entries(value)) listOf(proof, { least: 1 })(list, `${where}/${field}`);
}

function decoded(value, where) {
  try {
    return decodeBase64(typeof value === "string" ? value : "\n");
  } catch (error) {
    throw new Refusal("%(where)s: %(why)s", { where, why: reasonOf(error) });
  }
}

// The bundle in *data*, its values still as they are spelled; nothing is verified.
export function parseBundle(data) {
  const value = parse(data, BUNDLE_LIMIT);
  BUNDLE(value, "");
  const { entries } = value;
  demand(entries.length > 0 && entries[0].index === 0, "/entries: want the genesis, index 0, first");
  entries.forEach((entry, at) => {
    demand(at === 0 || entry.index > entries[at - 1].index, "%(where)s: want ascending indexes", { where: `/entries/${at}/index` });
    const isLeaf = !("leaf" in entry) || decoded(entry.leaf).length === LEAF_SIZE;
    demand(isLeaf, "%(where)s: want %(size)s bytes", { where: `/entries/${at}/leaf`, size: LEAF_SIZE });
  });
  return value;
}

// What is hashed of *bundle*, spelled as in *data*: all but its statement, compact, as it stands in
// the file if that is compact, else written anew.
export function contentsIn(data, bundle) {
  const head = `${dump({ bundle: VERSION, statement: writeEnvelope(readEnvelope(bundle.statement, "")) }).slice(0, -1)},`;
  const start = utf8(head);
  if (!isEqual(data.subarray(0, start.length), start)) return null;
  return concat(utf8("{"), data.subarray(start.length));
}

export function encodeContents({ checkpoint, heads, rulePack, entries }) {
  const ordered = {
    checkpoint,
    heads: heads.map((head) => ({ note: head.note, consistency: head.consistency })),
    rulePack,
    entries: entries.map(orderedEntry),
  };
  return utf8(dump(ordered));
}

function orderedEntry(entry) {
  if ("leaf" in entry) return { index: entry.index, leaf: entry.leaf, inclusion: entry.inclusion };
  const { index, recordedAt, inclusion, items, disclosures } = entry;
  const value = { index, recordedAt, envelope: orderedEnvelope(entry.envelope), inclusion };
  if (items) {
    const inOrder = ({ id, salt, position, path }) => ({ id, salt, position, path });
    const fields = Object.entries(items).map(([field, list]) => [field, list.map(inOrder)]);
    value.items = Object.fromEntries(fields);
  }
  if (disclosures) value.disclosures = disclosures;
  return value;
}

function orderedEnvelope({ payload, payloadType, signatures: [{ keyid, sig }] }) {
  return { payload, payloadType, signatures: [{ keyid, sig }] };
}

// Proofs of one tree share most of their hashes: each is decoded once.
const decodedHashes = new Map();
const MAX_HASHES = 1 << 16;

export const hashesOf = (texts) => texts.map(hashOf);

function hashOf(text) {
  const before = decodedHashes.get(text);
  if (before) return before;
  const made = decodeBase64(text);
  if (decodedHashes.size >= MAX_HASHES) decodedHashes.clear();
  decodedHashes.set(text, made);
  return made;
}

// What the operator states ---------------------------------------------------------------------------

const items = listOf(form.item, { isDistinct: true });
const indexes = listOf(count, { isDistinct: true });
const STATEMENT = record({
  bundle: code(VERSION),
  subjects: listOf(form.item, { least: 1, isDistinct: true }),
  asOf: form.moment,
  origin: form.origin,
  size: count,
  root: form.hash,
  indexes: listOf(count, { least: 1 }),
  containers: items,
  unproven: items,
  contents: form.sha256Hex,
  rulePack: form.sha256Hex,
  findings: listOf(
    record({
      code: matching(/^[a-z]+\/[a-z]+(?:-[a-z]+)*$/, "want a code such as custody/not-holder"),
      message: form.message,
      index: count,
      items,
      cites: indexes,
      onItems: boolean,
      "closedBy?": count,
      basis: code("entries", "ledger"),
    }),
  ),
  "corrections?": listOf(
    record({ entry: count, target: count, correctives: listOf(count), since: count, "waits?": boolean }),
    { least: 1 },
  ),
  "reader?": form.party,
  "horizon?": count,
});

// The statement of the operator in a *payload*; whether it is true is not looked at.
export function parseBundleStatement(payload) {
  const said = parseObject(payload, STATEMENT_LIMIT);
  STATEMENT(said, "");
  const { size, subjects, unproven } = said;
  demand(said.indexes[0] === 0 && ascends(said.indexes), "/indexes: want ascending indexes from 0 on");
  demand(said.indexes.at(-1) < size, "/indexes: want indexes below the size %(size)s", { size });
  said.findings.forEach((found, at) => {
    const named = [found.index, found.closedBy ?? 0, ...found.cites];
    demand(Math.max(...named) < size, "%(where)s: names an entry that is not below the size", { where: `/findings/${at}` });
  });
  checkCorrections(said.corrections ?? [], said.horizon ?? size - 1);
  const isWithin = !("horizon" in said) || ("reader" in said && said.horizon < size);
  demand(isWithin, "/horizon: want an entry below the size, and whose horizon it is");
  const isKnown = new Set(subjects);
  demand(unproven.every((one) => isKnown.has(one)), "/unproven: want subjects only");
  return said;
}

const ascends = (values) => values.every((value, at) => at === 0 || values[at - 1] < value);

// A correction comes after what it corrects and takes effect after all that it needs.
function checkCorrections(made, last) {
  let before = 0;
  made.forEach(({ entry, target, correctives, since }, at) => {
    const needed = Math.max(before, entry, ...correctives);
    const isPossible = ascends(correctives) && target < entry && needed <= since && since <= last;
    demand(isPossible, "%(where)s: takes effect in no order that can be", { where: `/corrections/${at}` });
    before = since;
  });
}
