// Ed25519 signatures by WebCrypto, RFC 8032, narrowed as ledger/keys.py does so that every verifier
// agrees: a public key is a canonical point of prime order, and neither it nor the R of a signature
// is one of the 14 encodings of a small-order point. WebCrypto does not ask for that.
//
//     const key = await publicKey(raw);             // {raw, keyid, handle}
//     await verifySignature(key, message, signature);

import { encodeHex } from "./bytes.js";
import { sha256 } from "./digest.js";
import { demand, Refusal } from "./refusal.js";

export const KEY_SIZE = 32;
export const SIGNATURE_SIZE = 64;

const SMALL_ORDER = new Set(
  [
    ["00".repeat(31), 0x00],
    [`01${"00".repeat(30)}`, 0x00],
    ["26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc", 0x05],
    ["c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03", 0x7a],
    [`ec${"ff".repeat(30)}`, 0x7f],
    [`ed${"ff".repeat(30)}`, 0x7f],
    [`ee${"ff".repeat(30)}`, 0x7f],
  ].flatMap(([low, high]) =>
    [0x00, 0x80].map((sign) => low + (high | sign).toString(16).padStart(2, "0")),
  ),
);

const known = new Map();

// The key in 32 bytes *raw*; refused unless it is a canonical point of prime order.
export async function publicKey(raw) {
  demand(raw.length === KEY_SIZE, "got a public key of %(size)s bytes, want %(wanted)s", { size: raw.length, wanted: KEY_SIZE });
  const hex = encodeHex(raw);
  const before = known.get(hex);
  if (before) return before;
  demand(
    !SMALL_ORDER.has(hex) && isOfPrimeOrder(raw),
    "the public key is not a canonical point of prime order",
  );
  const handle = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
  const key = { raw, keyid: encodeHex(await sha256(raw)), handle };
  known.set(hex, key);
  return key;
}

export async function verifySignature(key, message, signature) {
  const size = signature.length;
  demand(size === SIGNATURE_SIZE, "got a signature of %(size)s bytes, want %(wanted)s", { size, wanted: SIGNATURE_SIZE });
  demand(
    !SMALL_ORDER.has(encodeHex(signature.subarray(0, 32))),
    "the R of the signature is a point of small order",
  );
  if (!(await crypto.subtle.verify("Ed25519", key.handle, signature, message))) {
    throw new Refusal("not a signature of key %(key)s", { key: key.keyid });
  }
}

// The curve, RFC 8032 section 5.1: points in extended coordinates [X, Y, Z, T] ---------------------

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const ROOT_OF_MINUS_1 =
  19681161376707505956807079304988542015446066515923890162744021073123829784752n;
const NEUTRAL = [0n, 1n, 1n, 0n];

const mod = (value) => ((value % P) + P) % P;

function power(base, exponent) {
  let result = 1n;
  for (let rest = exponent, square = base; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

// Section 5.1.3; null when *raw* is no canonical point of the curve.
function decodePoint(raw) {
  const whole = BigInt(`0x${encodeHex(raw.toReversed())}`);
  const sign = whole >> 255n;
  const y = whole & (2n ** 255n - 1n);
  if (y >= P) return null;
  const u = mod(y * y - 1n);
  const v = mod(D * y * y + 1n);
  let x = mod(u * v ** 3n * power(mod(u * v ** 7n), (P - 5n) / 8n));
  const check = mod(v * x * x);
  if (check === mod(-u)) x = mod(x * ROOT_OF_MINUS_1);
  else if (check !== u) return null;
  if (x === 0n && sign) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

// Section 5.1.4.
function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * t1 * t2 * D);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function isOfPrimeOrder(raw) {
  const point = decodePoint(raw);
  if (point === null) return false;
  let result = NEUTRAL;
  for (let rest = L, double = point; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = add(result, double);
    double = add(double, double);
  }
  return result[0] === 0n && result[1] === result[2];
}
