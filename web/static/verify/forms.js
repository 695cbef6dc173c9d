// Text forms that several wire formats share: times, party ids, items, hashes, base64 of so many
// bytes. As schemas/formats.py has them; see there for where they come from.

import { decodeBase64, decodeBase64url } from "./bytes.js";
import { matching, text } from "./shape.js";

const TIME =
  /^(\d{4}-\d{2}-\d{2})[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d+)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

// The moment, as a Date to the millisecond; null if there is no such time.
export function readTime(value) {
  const found = typeof value === "string" ? TIME.exec(value) : null;
  if (!found) return null;
  const [, day, clock, fraction = "", offset] = found;
  const noon = new Date(`${day}T12:00:00Z`);
  // Date takes 31 February for 3 March.
  if (Number.isNaN(noon.getTime()) || noon.toISOString().slice(0, 10) !== day) return null;
  const at = new Date(`${day}T${clock}${fraction.slice(0, 4)}${offset.toUpperCase()}`);
  const isInCalendar = at.getUTCFullYear() >= 1 && at.getUTCFullYear() <= 9999;
  return day.startsWith("0000") || !isInCalendar ? null : at;
}

const isBase64 = (size, decode) => (value) => {
  try {
    return decode(value).length === size;
  } catch {
    return false;
  }
};

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const PARTY_ID =
  /^(?:urn:chiptrail:party:[A-Za-z0-9._-]+|urn:epc:id:pgln:(?=[0-9.]{13}$)[0-9]{6,12}\.[0-9]{0,6}|https?:\/\/[A-Za-z0-9.-]+(?::[0-9]+)?(?:\/[A-Za-z0-9._:-]+)*\/417\/[0-9]{13})$/;

const isParty = (value) => value.length <= 255 && PARTY_ID.test(value);
const isPrintable = (value) => !/[\p{C}\p{Z}]/u.test(value.replaceAll(" ", ""));
const lengthOf = (value) => [...value].length;

// Printable leaves out controls and the marks that turn the direction of writing.
const isText = (most) => (value) =>
  value !== "" &&
  lengthOf(value) <= most &&
  isPrintable(value) &&
  value.trim() === value &&
  value.normalize("NFC") === value;

const isNonce = (value) => {
  try {
    const size = decodeBase64url(value).length;
    return size >= 16 && size <= 64;
  } catch {
    return false;
  }
};

export const time = text((value) => readTime(value) !== null, "want an RFC 3339 time with offset");
export const moment = text(
  (value) => MOMENT.test(value) && readTime(value) !== null,
  "want a time such as 2026-01-02T03:04:05.678Z",
);
export const day = text(
  (value) => /^\d{4}-\d{2}-\d{2}$/.test(value) && readTime(`${value}T00:00:00Z`) !== null,
  "want a date such as 2026-01-31",
);
export const party = text(isParty, "want urn:chiptrail:party:<slug> or a GS1 party URI");
export const label = text(isText(200), "want 1 to 200 printable characters in NFC");
export const passage = text(isText(2000), "want 1 to 2000 printable characters in NFC");
export const message = text(
  (value) => value !== "" && lengthOf(value) <= 2000 && isPrintable(value),
  "want 1 to 2000 printable characters",
);
export const item = text((value) => isCanonical(value), "want an item id in canonical form");
export const base64 = (size) => text(isBase64(size, decodeBase64), "want base64 of %(size)s bytes", { size });
// The two bits of the last character that no byte needs are 0.
export const hash = matching(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, "want base64 of 32 bytes");
export const digest = text(isBase64(32, decodeBase64url), "want base64url of 32 bytes, unpadded");
export const sha256Hex = matching(/^[0-9a-f]{64}$/, "want 64 lower-case hex digits");
export const origin = matching(/^[!-*,-~]{1,255}$/, "want an origin without blanks and plus signs");
export const nonce = text(isNonce, "want base64url of 16 to 64 bytes, unpadded");
export const note = text(
  (value) => value !== "" && new TextEncoder().encode(value).length <= 4096,
  "want a signed checkpoint note of at most 4096 bytes",
);
export const country = matching(/^[A-Z]{2}$/, "want a country code of two capitals");
export const uuid = matching(
  /^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  "want urn:uuid: and a UUID in lower case",
);

// Items -------------------------------------------------------------------------------------------

const URI = /^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~!$&'()*+,;=:@/?#[\]-]|%[0-9A-F]{2})*$/;
const NEEDLESS = /%(?:2[DE]|3[0-9]|[46][1-9A-F]|[57][0-9A]|5F|7E)/;
const CHIP = /^urn:chiptrail:chip:(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+:(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+:(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+$/;
const KEY = /^https:\/\/id\.gs1\.org\/0([01])\/([0-9]+)/;

// Whether *value* is the id of an item in its one spelling. That a GS1 key is written as a URN or on
// another host is taken for another id, and not for a second spelling; schemas/item.py knows better.
export function isCanonical(value) {
  if (value.length > 1024 || !URI.test(value) || NEEDLESS.test(value)) return false;
  if (/^urn:chiptrail:/i.test(value)) return CHIP.test(value);
  const head = /^(?:urn:[^:]*|[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?[^/?#]*|[^:]*)/i.exec(value)[0];
  const host = head.replace(/^([^/]*\/\/)[^@]*@/, "$1");
  if (host !== host.toLowerCase()) return false;
  const key = KEY.exec(value);
  // Leading zeros make 8 to 13 digits of a GTIN 14.
  return !key || key[1] === "0" || key[2].length === 14 || key[2].length < 8;
}

// Class and serial of a canonical id; the two together are the id again.
export function splitItem(item) {
  const end = Math.max(...[..."/:?#=&"].map((sign) => item.lastIndexOf(sign))) + 1;
  return [item.slice(0, end), item.slice(end)];
}
