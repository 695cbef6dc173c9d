// Bytes and their spellings. Every decoder is strict: what it accepts is the only spelling of the
// bytes that it gives. Example: encodeBase64(utf8("abc")) is "YWJj".

import { Refusal } from "./refusal.js";

const encoder = new TextEncoder();

export const utf8 = (text) => encoder.encode(text);

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function isEqual(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

export function encodeHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function decodeHex(text, size) {
  if (typeof text !== "string" || text.length !== 2 * size || !/^[0-9a-f]*$/.test(text)) {
    throw new Refusal("want %(count)s lower-case hex digits", { count: 2 * size });
  }
  return Uint8Array.from({ length: size }, (_, at) => Number.parseInt(text.substr(2 * at, 2), 16));
}

// Text of one character a byte, as btoa and atob have it; in runs that fit into a call.
function toBinary(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

export const encodeBase64 = (bytes) => btoa(toBinary(bytes));

// Standard base64 with padding, RFC 4648 section 4.
export function decodeBase64(text) {
  let binary = null;
  try {
    binary = atob(text);
  } catch {
    // Said below.
  }
  if (binary === null || btoa(binary) !== text) {
    throw new Refusal("want base64, padded, that re-encodes to itself");
  }
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

export function encodeBase64url(bytes) {
  return encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// URL-safe base64 without padding, RFC 4648 section 5.
export function decodeBase64url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Refusal("want base64url without padding");
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return decodeBase64(standard.padEnd(Math.ceil(text.length / 4) * 4, "="));
}
