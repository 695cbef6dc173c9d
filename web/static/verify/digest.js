// SHA-256 by WebCrypto, which browsers have on https, on localhost and for files from disk.

import { later } from "../fill.js";
import { Refusal } from "./refusal.js";

// Why nothing can be verified here, to be said by who shows it; null if it can.
export async function hindrance() {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) {
    return later("This browser offers no WebCrypto here: open the page over https, or use the program chiptrail.");
  }
  try {
    // A public key of RFC 8032, section 7.1.
    const key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    const raw = Uint8Array.from(key.match(/../g), (pair) => Number.parseInt(pair, 16));
    await subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
  } catch {
    return later("This browser's WebCrypto has no Ed25519: use a newer browser, or the program chiptrail.");
  }
  return null;
}

export async function sha256(bytes) {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) throw new Refusal("this browser offers no WebCrypto here");
  return new Uint8Array(await subtle.digest("SHA-256", bytes));
}
