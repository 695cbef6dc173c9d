// Keys of this browser: made extractable once, for the backup; kept so that nothing can read them.
//
//     const made = await makeSeed();                            // {seed, publicKey, keyid}
//     await keep(made, { origin, party, vkey, backedUpAt });    // only once its backup was opened
//     const request = await requestOf(key, endorser);           // what the registrar gets

import { concat, decodeHex, encodeBase64, encodeHex, utf8 } from "../verify/bytes.js";
import { sha256 } from "../verify/digest.js";
import { publicKey as parsePublicKey, verifySignature } from "../verify/ed25519.js";
import { demand, Refusal } from "../verify/refusal.js";
import { keepKey } from "./store.js";

// An Ed25519 private key in PKCS #8 is this and the seed (RFC 8410, section 7).
const PKCS8 = decodeHex("302e020100300506032b657004220420", 16);

export async function makeSeed() {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { seed: pkcs8.slice(-32), publicKey, keyid: encodeHex(await sha256(publicKey)) };
}

// Keep the key of *seed*, not extractable; refused if it is not the one that *publicKey* names.
export async function keep({ seed, publicKey, keyid }, { origin, party, vkey, backedUpAt }) {
  const pkcs8 = concat(PKCS8, seed);
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
  const known = await parsePublicKey(publicKey);
  const message = utf8(`${origin}\n${party}\n`);
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, message));
  await verifySignature(known, message, signature).catch(() => {
    throw new Refusal("The public key in this file is not that of its private key.");
  });
  demand(known.keyid === keyid, "This is not a key file.");
  const madeAt = new Date().toISOString();
  const key = { keyid, origin, party, vkey, publicKey, privateKey, madeAt, backedUpAt };
  await keepKey(key);
  // Asked for, not relied on: browsers may erase what is stored, hence the backup.
  await navigator.storage?.persist?.();
  return key;
}

// Proof of possession (docs/formats.md, "key"), with the word of *endorser*, a live key of the party.
export async function requestOf({ keyid, origin, party, publicKey, privateKey }, endorser = null) {
  const message = utf8(`chiptrail/key-proof/v1\n${origin}\n${party}\n${keyid}\n`);
  const request = {
    chiptrailKeyRequest: 1,
    origin,
    party,
    publicKey: encodeBase64(publicKey),
    proof: await signed(privateKey, message),
  };
  if (endorser) {
    request.endorsement = { keyid: endorser.keyid, sig: await signed(endorser.privateKey, message) };
  }
  return `${JSON.stringify(request)}\n`;
}

const signed = async (key, message) =>
  encodeBase64(new Uint8Array(await crypto.subtle.sign("Ed25519", key, message)));
