// What a signed payload commits to and does not say: item lists, and withheld fields (SD-JWT, RFC
// 9901). An item's leaf is SHA-256(0x00 || "chiptrail/item/v1" || 0x00 || salt || id); the digest of
// a disclosure is base64url of the SHA-256 of its ASCII (docs/formats.md).

import { concat, decodeBase64url, encodeBase64url, utf8 } from "./bytes.js";
import { sha256 } from "./digest.js";
import { isCanonical } from "./forms.js";
import { verifyInclusion } from "./merkle.js";
import { demand, Refusal } from "./refusal.js";
import { parse } from "./strict_json.js";

const SALT_SIZE = 16;
const LEAF_PREFIX = utf8("\u0000chiptrail/item/v1\u0000");
const WITHHOLDABLE = new Set([
  ...["chiptrail:location", "chiptrail:customs", "chiptrail:identities", "bizLocation", "readPoint"],
  ...["bizTransactionList", "destinationList"],
]);

// That the item of *proof* is in the list that was signed as {count, root}.
export async function verifyItem({ id, salt, position, path }, { count, root }) {
  // Of another length, bytes could move between salt and id and make another item of them.
  demand(salt.length === SALT_SIZE, "got a salt of %(size)s bytes, want %(wanted)s", { size: salt.length, wanted: SALT_SIZE });
  demand(isCanonical(id), "the item id is not in canonical form");
  const leaf = await sha256(concat(LEAF_PREFIX, salt, utf8(id)));
  await verifyInclusion(position, count, leaf, path, root);
}

// The values of the withheld fields that *given* discloses, by name; refused unless each was signed.
export async function openDisclosures(commitments, given) {
  const opened = Object.create(null);
  for (const text of given) {
    const [salt, name, value] = read(text);
    const isLong = decodeBase64url(salt).length >= SALT_SIZE;
    demand(isLong, "want a salt of at least %(size)s bytes", { size: SALT_SIZE });
    demand(WITHHOLDABLE.has(name), "it is of a field that cannot be withheld");
    demand(name in commitments, "the event does not withhold %(name)s", { name });
    const digest = encodeBase64url(await sha256(utf8(text)));
    demand(commitments[name] === digest, "another digest was signed for %(name)s", { name });
    demand(!(name in opened), "%(name)s is disclosed twice", { name });
    opened[name] = value;
  }
  return opened;
}

function read(text) {
  let said = null;
  try {
    said = parse(decodeBase64url(text));
  } catch {
    throw new Refusal("want base64url of a JSON array");
  }
  demand(Array.isArray(said) && said.length === 3, "want salt, name and value");
  demand(typeof said[0] === "string" && typeof said[1] === "string", "want a salt and a name as texts");
  return said;
}
