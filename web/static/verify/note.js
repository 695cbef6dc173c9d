// Signed notes (C2SP signed-note), the checkpoints in them (tlog-checkpoint) and cosignature/v1.
//
//     const log = await parseVkey(vkey);                   // {name, keyId, algorithm, key}
//     const head = await openCheckpoint(text, log);        // {origin, size, root}
//     const seen = await cosignatures(text, log, witnesses);   // [{name, at: Date}], newest first

import { concat, decodeBase64, decodeHex, encodeBase64, encodeHex, isEqual, utf8 } from "./bytes.js";
import { sha256 } from "./digest.js";
import { KEY_SIZE, publicKey, SIGNATURE_SIZE, verifySignature } from "./ed25519.js";
import { demand, Refusal } from "./refusal.js";

export const ED25519 = 0x01;
export const COSIGNATURE_V1 = 0x04;
const KEY_ID_SIZE = 4;
const HASH_SIZE = 32;
const MAX_SIGNATURES = 64;
const MAX_NOTE_SIZE = 256 << 10;
const MAX_DECIMAL = 2n ** 63n - 1n;
const LAST_SECOND = 253402300799n; // of the year 9999
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
const BLANK = /(?!\ufeff)[\s\u0085]/u;
const DASH = "\u2014";

// Verifier keys: <name>+<key id, hex>+<base64 of type byte and public key> -------------------------

export async function parseVkey(text) {
  const [name, id, ...rest] = text.split("+");
  let keyId, data;
  try {
    [keyId, data] = [decodeHex(id, KEY_ID_SIZE), decodeBase64(rest.join("+"))];
  } catch {
    throw new Refusal("not a verifier key; want NAME+ID+KEY, as its log prints it");
  }
  demand(data.length === KEY_SIZE + 1, "got a verifier key of %(size)s bytes, want 33", { size: data.length });
  checkName(name);
  const algorithm = data[0];
  const isKnown = algorithm === ED25519 || algorithm === COSIGNATURE_V1;
  demand(isKnown, "got a key of type %(type)s, want 1 or 4", { type: algorithm });
  const key = await publicKey(data.subarray(1));
  const want = await keyIdOf(name, algorithm, key);
  if (!isEqual(want, keyId)) {
    throw new Refusal("got key id %(id)s, want %(wanted)s", { id: encodeHex(keyId), wanted: encodeHex(want) });
  }
  return { name, keyId: encodeHex(keyId), algorithm, key };
}

export function encodeVkey({ name, keyId, algorithm, key }) {
  return `${name}+${keyId}+${encodeBase64(concat(Uint8Array.of(algorithm), key.raw))}`;
}

async function keyIdOf(name, algorithm, key) {
  const hash = await sha256(concat(utf8(`${name}\n`), Uint8Array.of(algorithm), key.raw));
  return hash.subarray(0, KEY_ID_SIZE);
}

// Notes -------------------------------------------------------------------------------------------

// {text, signatures: [{name, keyId, data}]}; nothing is verified.
export function parseNote(whole) {
  const size = utf8(whole).length;
  demand(size <= MAX_NOTE_SIZE, "the note has %(size)s bytes, limit %(limit)s", { size, limit: MAX_NOTE_SIZE });
  const end = whole.lastIndexOf("\n\n");
  demand(end >= 0, "the note has no blank line before its signatures");
  const text = whole.slice(0, end + 1);
  const isClean = !CONTROL.test(text);
  demand(isClean, "the text of a note holds no control character but the line end");
  const lines = whole.slice(end + 2).split("\n");
  const rest = lines.pop();
  demand(lines.length > 0 && rest === "", "want signature lines that end in a line end");
  const count = lines.length;
  demand(count <= MAX_SIGNATURES, "the note has %(count)s signatures, limit %(limit)s", { count, limit: MAX_SIGNATURES });
  return { text, signatures: lines.map(parseLine) };
}

function parseLine(line) {
  const [dash, name, base64, ...more] = line.split(" ");
  let data = new Uint8Array();
  try {
    data = decodeBase64(base64 ?? "\n");
  } catch {
    // Said below.
  }
  demand(dash === DASH && more.length === 0 && data.length > KEY_ID_SIZE, "not a signature line");
  checkName(name);
  const keyId = encodeHex(data.subarray(0, KEY_ID_SIZE));
  return { name, keyId, data: data.subarray(KEY_ID_SIZE) };
}

// Those of *verifiers* who signed, each once; lines of others are ignored, but at least one must
// be there, and a false line of a known key casts doubt on the whole note.
async function verifyNote(note, verifiers) {
  const byLine = new Map(verifiers.map((one) => [`${one.name} ${one.keyId}`, one]));
  const signers = new Set();
  for (const signature of note.signatures) {
    const verifier = byLine.get(`${signature.name} ${signature.keyId}`);
    if (!verifier) continue;
    if (verifier.algorithm === COSIGNATURE_V1) await cosignedAt(note.text, verifier.key, signature.data);
    else await verifySignature(verifier.key, utf8(note.text), signature.data);
    signers.add(verifier);
  }
  demand(signers.size > 0, "the note has no signature of a known key");
  return [...signers];
}

function checkName(name) {
  const isName = Boolean(name) && !name.includes("+") && !BLANK.test(name) && !CONTROL.test(name);
  demand(isName, "a key name is not empty and holds no space, plus or control character");
}

// Checkpoints -------------------------------------------------------------------------------------

// {origin, size, root} in the text of a note.
export function parseCheckpoint(text) {
  const [origin, size, root, rest, ...more] = text.split("\n");
  let hash = new Uint8Array();
  try {
    hash = decodeBase64(root ?? "\n");
  } catch {
    // Said below.
  }
  const isDecimal = /^(?:0|[1-9][0-9]{0,18})$/.test(size ?? "") && BigInt(size) <= MAX_DECIMAL;
  const isWhole = Boolean(origin) && isDecimal && hash.length === HASH_SIZE && rest === "" && !more.length;
  demand(isWhole, "not a checkpoint: want an origin, a tree size, a root hash");
  const isCounted = Number.isSafeInteger(Number(size));
  demand(isCounted, "a tree of %(size)s entries is more than is counted here", { size });
  return { origin, size: Number(size), root: hash };
}

// The checkpoint that *log* signed in the note *whole*.
export async function openCheckpoint(whole, log) {
  const note = parseNote(whole);
  demand(log.algorithm === ED25519, "a checkpoint is signed with a key of type 0x01");
  await verifyNote(note, [log]);
  const checkpoint = parseCheckpoint(note.text);
  demand(checkpoint.origin === log.name, "got origin %(origin)s, want %(wanted)s", { origin: checkpoint.origin, wanted: log.name });
  return checkpoint;
}

// Cosignatures ------------------------------------------------------------------------------------

// The POSIX seconds, as BigInt, at which *key* cosigned: uint64 BE seconds || signature.
async function cosignedAt(text, key, data) {
  demand(data.length === 8 + SIGNATURE_SIZE, "not a cosignature of version 1");
  const seconds = new DataView(data.buffer, data.byteOffset, 8).getBigUint64(0);
  demand(seconds <= MAX_DECIMAL, "not a cosignature of version 1");
  const message = utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
  await verifySignature(key, message, data.subarray(8));
  return seconds;
}

// Who of *witnesses* cosigned the note of *log*, the newest first; a key counts once.
export async function cosignatures(whole, log, witnesses) {
  if (!witnesses.length) return [];
  const note = parseNote(whole);
  const found = new Map();
  for (const signer of await verifyNote(note, [log, ...witnesses])) {
    if (signer.key.keyid === log.key.keyid) continue;
    found.set(signer.key.keyid, { name: signer.name, at: await lastSeen(note, signer) });
  }
  return [...found.values()].sort((one, other) => other.at - one.at);
}

async function lastSeen(note, { name, keyId, key, algorithm }) {
  demand(algorithm === COSIGNATURE_V1, "the note has no cosignature of this key");
  let latest = 0n;
  for (const line of note.signatures) {
    if (line.name !== name || line.keyId !== keyId) continue;
    const seconds = await cosignedAt(note.text, key, line.data);
    if (seconds > latest) latest = seconds;
  }
  demand(latest <= LAST_SECOND, "cosigned at a time that is in no calendar");
  return new Date(Number(latest) * 1000);
}
