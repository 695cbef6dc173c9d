// The backup of a key: a key file under a passphrase that browsers can open, and `chiptrail` too.
//
//     const text = await seal(seed, { name, publicKey, keyid }, passphrase);
//     const { name, seed, publicKey, keyid } = await open(text, passphrase);
//
// PBKDF2-SHA256 gives the key of AES-256-GCM (docs/formats.md, "Key files"). A file that `chiptrail
// keygen` encrypted has another box, which no browser opens by itself.

import { decodeBase64, encodeBase64, utf8 } from "../verify/bytes.js";
import { demand, Refusal } from "../verify/refusal.js";
import { parseObject } from "../verify/strict_json.js";

const ITERATIONS = 600_000;
const MOST_ITERATIONS = 10_000_000;
const KDF = "pbkdf2-sha256";
const SALT_SIZE = 16;
const IV_SIZE = 12;
const SEED_SIZE = 32;

export async function seal(seed, { name, publicKey, keyid }, passphrase) {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_SIZE));
  const iv = crypto.getRandomValues(new Uint8Array(IV_SIZE));
  const key = await derive(passphrase, salt, ITERATIONS, "encrypt");
  const box = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, seed));
  const file = {
    chiptrailKey: 1,
    name,
    publicKey: encodeBase64(publicKey),
    keyid,
    kdf: KDF,
    iterations: ITERATIONS,
    salt: encodeBase64(salt),
    iv: encodeBase64(iv),
    box: encodeBase64(box),
  };
  return `${JSON.stringify(file)}\n`;
}

// Whether it takes a passphrase; refused where no browser can open it.
export function isSealed(text) {
  const file = read(text);
  demand(
    file.kdf === undefined || file.kdf === KDF,
    "A browser cannot open this key file. Convert it first: chiptrail keycopy FILE NEW --for-browser",
  );
  return file.kdf === KDF;
}

export async function open(text, passphrase) {
  const file = read(text);
  const seed = isSealed(text) ? await unseal(file, passphrase) : decodeBase64(file.seed);
  demand(seed.length === SEED_SIZE, "This is not a key file.");
  return { name: file.name, seed, publicKey: decodeBase64(file.publicKey), keyid: file.keyid };
}

function read(text) {
  let file;
  try {
    file = parseObject(utf8(text));
  } catch {
    file = {};
  }
  demand(file.chiptrailKey === 1 && typeof file.name === "string", "This is not a key file.");
  return file;
}

async function unseal({ salt, iv, box, iterations }, passphrase) {
  demand(iterations >= 1 && iterations <= MOST_ITERATIONS, "This is not a key file.");
  const key = await derive(passphrase, decodeBase64(salt), iterations, "decrypt");
  try {
    const how = { name: "AES-GCM", iv: decodeBase64(iv) };
    return new Uint8Array(await crypto.subtle.decrypt(how, key, decodeBase64(box)));
  } catch {
    throw new Refusal("The passphrase does not open this file.");
  }
}

async function derive(passphrase, salt, iterations, use) {
  const secret = await crypto.subtle.importKey("raw", utf8(passphrase), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, secret, { name: "AES-GCM", length: 256 }, false, [use]);
}
