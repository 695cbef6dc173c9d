// What is to be signed, read again from the exact bytes: nothing that the page says of them counts.
//
//     const read = await readPrepared(line);      // {bytes, type, hash, said, lists, withheld, names}
//
// The item lists and disclosures beside a payload are those that it commits to, or it is refused
// (docs/formats.md, "Item lists" and "Withheld fields").

import { concat, decodeBase64, decodeBase64url, encodeBase64url, encodeHex, utf8 } from "../verify/bytes.js";
import { sha256 } from "../verify/digest.js";
import { EVENT, STATEMENT } from "../verify/dsse.js";
import { nodeHash } from "../verify/merkle.js";
import { demand } from "../verify/refusal.js";
import { parse, parseObject } from "../verify/strict_json.js";
import { breathe } from "./dom.js";

const LISTS = ["epcList", "childEPCs", "inputEPCList", "outputEPCList"];
const COMMITTED = /^urn:chiptrail:items:([1-9][0-9]*):([A-Za-z0-9_-]{43})$/;
const LEAF = utf8("\0chiptrail/item/v1\0");
const SALT_SIZE = 16;
// So many hashes are asked for at once: more would hold up the page.
const AT_ONCE = 256;

export async function readPrepared(line) {
  demand(line.payloadType === EVENT || line.payloadType === STATEMENT, "not an event or a statement");
  const bytes = decodeBase64(line.payload);
  const said = parseObject(bytes);
  const lists = await openLists(said, line.lists ?? {});
  // What the ledger has already is shown, and does not go along.
  const withheld = await openWithheld(said, [...(line.disclosures ?? []), ...(line.shown ?? [])]);
  return {
    bytes,
    type: line.payloadType,
    hash: encodeHex(await sha256(bytes)),
    said,
    lists,
    withheld,
    beside: { lists: line.lists, disclosures: line.disclosures },
    names: line.names ?? {},
  };
}

// Item lists --------------------------------------------------------------------------------------

async function openLists(said, given) {
  const found = {};
  for (const field of LISTS) {
    const listed = said[field];
    if (!Array.isArray(listed)) continue;
    const match = listed.length === 1 && COMMITTED.exec(listed[0]);
    if (!match) {
      found[field] = listed;
      continue;
    }
    demand(given[field], "the list %(field)s is not shown, only committed to", { field });
    const { ids, seed } = given[field];
    const isAll = ids.length === Number(match[1]);
    demand(isAll, "the list %(field)s has %(count)s items, want %(wanted)s", { field, count: ids.length, wanted: match[1] });
    const root = await rootOf(field, ids, decodeBase64(seed));
    const isSame = encodeBase64url(root) === match[2];
    demand(isSame, "the list %(field)s is not the one that is to be signed", { field });
    found[field] = ids;
  }
  for (const field of Object.keys(given)) demand(field in found, "there is no list %(field)s to sign", { field });
  return found;
}

async function rootOf(field, ids, seed) {
  const head = concat(seed, utf8(field), Uint8Array.of(0));
  let level = await eachAtOnce(ids, async (id) => {
    const raw = utf8(id);
    const salt = (await sha256(concat(head, raw))).subarray(0, SALT_SIZE);
    return sha256(concat(LEAF, salt, raw));
  });
  level.sort(inOrder);
  while (level.length > 1) {
    const pairs = Array.from({ length: level.length >> 1 }, (_, at) => [level[2 * at], level[2 * at + 1]]);
    const odd = level.length % 2 ? [level.at(-1)] : [];
    level = [...(await eachAtOnce(pairs, ([left, right]) => nodeHash(left, right))), ...odd];
  }
  return level[0];
}

function inOrder(one, other) {
  const at = one.findIndex((byte, place) => byte !== other[place]);
  return at < 0 ? 0 : one[at] - other[at];
}

async function eachAtOnce(values, work) {
  const found = [];
  for (let at = 0; at < values.length; at += AT_ONCE) {
    found.push(...(await Promise.all(values.slice(at, at + AT_ONCE).map(work))));
    await breathe();
  }
  return found;
}

// Withheld fields ---------------------------------------------------------------------------------

async function openWithheld(said, disclosures) {
  const wanted = new Map(Object.entries(said["chiptrail:commitments"] ?? {}));
  const found = {};
  for (const text of disclosures) {
    const digest = encodeBase64url(await sha256(utf8(text)));
    const [salt, name, value, ...rest] = parse(decodeBase64url(text));
    demand(typeof salt === "string" && rest.length === 0, "a withheld field is malformed");
    demand(wanted.get(name) === digest, "what is withheld as %(name)s is not what is to be signed", { name });
    wanted.delete(name);
    found[name] = value;
  }
  demand(wanted.size === 0, "what is withheld is not shown: %(names)s", { names: [...wanted.keys()].join(", ") });
  return found;
}
