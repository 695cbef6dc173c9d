// DSSE v1.0.2: one envelope, one signature, and the leaf that the log makes of it (leaf v1).
//
//     const envelope = readEnvelope(value, "/statement");    // {payload, payloadType, keyid, signature}
//     await verifyEnvelope(envelope, key);
//     await leafRecord(recordedAtMs, key, envelope);          // 137 bytes

import { concat, decodeBase64, decodeHex, encodeBase64, utf8 } from "./bytes.js";
import { sha256 } from "./digest.js";
import { SIGNATURE_SIZE, verifySignature } from "./ed25519.js";
import { demand, reasonOf, Refusal } from "./refusal.js";
import { isObject } from "./strict_json.js";

export const EVENT = "application/vnd.chiptrail.event+json";
export const STATEMENT = "application/vnd.chiptrail.statement+json";
export const BUNDLE = "application/vnd.chiptrail.bundle+json";
const TYPES = new Set([EVENT, STATEMENT, BUNDLE]);
const LEAF_SIZE = 137;
const KEY_DOMAIN = utf8("chiptrail/leaf-key/v1\n");

// The envelope in a parsed *value*, found at *where* of its document; nothing is verified.
export function readEnvelope(value, where) {
  const isEnvelope = hasExactly(value, "payload", "payloadType", "signatures");
  demand(isEnvelope, "%(where)s: not an envelope", { where });
  const { payload, payloadType, signatures } = value;
  demand(TYPES.has(payloadType), "%(where)s/payloadType: not a payload type of this format", { where });
  const isOne = Array.isArray(signatures) && signatures.length === 1 && hasExactly(signatures[0], "keyid", "sig");
  demand(isOne, "%(where)s/signatures: want exactly one", { where });
  const [{ keyid, sig }] = signatures;
  const envelope = { payload: null, payloadType, keyid, signature: null };
  try {
    decodeHex(keyid, 32);
    [envelope.payload, envelope.signature] = [base64(payload), base64(sig)];
  } catch (error) {
    throw new Refusal("%(where)s: %(why)s", { where, why: reasonOf(error) });
  }
  const size = envelope.signature.length;
  demand(size === SIGNATURE_SIZE, "%(where)s/signatures/0/sig: got %(size)s bytes, want 64", { where, size });
  return envelope;
}

function hasExactly(value, ...names) {
  return isObject(value) && Object.keys(value).length === names.length && names.every((name) => name in value);
}

function base64(text) {
  demand(typeof text === "string", "want a base64 string");
  return decodeBase64(text);
}

// The envelope again, as it is written.
export function writeEnvelope({ payload, payloadType, keyid, signature }) {
  const signatures = [{ keyid, sig: encodeBase64(signature) }];
  return { payload: encodeBase64(payload), payloadType, signatures };
}

// The bytes that are signed: DSSEv1 <len(type)> <type> <len(payload)> <payload>.
export function pae({ payloadType, payload }) {
  return concat(utf8(`DSSEv1 ${utf8(payloadType).length} ${payloadType} ${payload.length} `), payload);
}

// The keyid in the envelope decides nothing: *key* is the one that is trusted.
export async function verifyEnvelope(envelope, key) {
  demand(envelope.keyid === key.keyid, "got keyid %(keyid)s, want %(wanted)s", { keyid: envelope.keyid, wanted: key.keyid });
  await verifySignature(key, pae(envelope), envelope.signature);
}

export async function leafRecord(recordedAtMs, key, envelope) {
  const message = pae(envelope);
  const [identity, commitment] = await Promise.all([
    sha256(message),
    sha256(concat(KEY_DOMAIN, key.raw, message)),
  ]);
  const head = new Uint8Array(9);
  head[0] = 1;
  new DataView(head.buffer).setBigUint64(1, BigInt(recordedAtMs));
  return concat(head, identity, commitment, envelope.signature);
}

// The milliseconds since 1970, as BigInt, in a leaf of version 1.
export function timeInLeaf(leaf) {
  demand(leaf.length === LEAF_SIZE && leaf[0] === 1, "not a leaf of version 1");
  const at = new DataView(leaf.buffer, leaf.byteOffset).getBigUint64(1);
  demand(at < 2n ** 63n, "the time of the leaf is over 2^63 - 1");
  return at;
}
