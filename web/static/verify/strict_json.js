// Strict JSON: RFC 8259 narrowed as schemas/strict_json.py does, so that two programs cannot read one
// signed payload in two ways. UTF-8 without byte order mark, at most *limit* bytes; nesting of at
// most 64; no name twice in an object; integers within +-(2^53 - 1), other numbers finite; no lone
// surrogate, no U+0000.
//
// Objects come without a prototype. A number written with a fraction or an exponent comes as a
// Number object: it is no count, though it computes as one. Example: parse(utf8('{"a": [1]}')).a[0].

import { later } from "../fill.js";
import { Refusal } from "./refusal.js";

const MAX_BYTES = 1 << 20;
const MAX_DEPTH = 64;
const BOM = [0xef, 0xbb, 0xbf];

export function parse(bytes, limit = MAX_BYTES) {
  if (bytes.length > limit) throw new Refusal("got %(size)s bytes, want at most %(limit)s", { size: bytes.length, limit });
  if (BOM.every((byte, at) => bytes[at] === byte)) throw new Refusal("byte order mark");
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal("not UTF-8");
  }
  return new Reader(text).whole();
}

export function parseObject(bytes, limit = MAX_BYTES) {
  const value = parse(bytes, limit);
  if (!isObject(value)) throw new Refusal("want an object");
  return value;
}

export function isObject(value) {
  return value !== null && typeof value === "object" && Object.getPrototypeOf(value) === null;
}

// Compact, names in the order given.
export const dump = (value) => JSON.stringify(value);

const BLANK = /[ \t\n\r]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const HEX = /^[0-9a-fA-F]{4}$/;
const WORDS = [["true", true], ["false", false], ["null", null]];
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  whole() {
    this.#blank();
    const value = this.#value(1);
    if (this.at !== this.text.length) this.#fail(later("extra data"));
    return value;
  }

  #value(depth) {
    const first = this.text[this.at];
    let value;
    if (first === "{" || first === "[") {
      if (depth > MAX_DEPTH) throw new Refusal("nested deeper than %(depth)s", { depth: MAX_DEPTH });
      value = first === "{" ? this.#object(depth) : this.#array(depth);
    } else if (first === '"') value = this.#string();
    else value = this.#scalar();
    this.#blank();
    return value;
  }

  #object(depth) {
    const members = Object.create(null);
    this.#step();
    if (this.#takes("}")) return members;
    do {
      this.#blank();
      if (this.text[this.at] !== '"') this.#fail(later("expecting property name enclosed in double quotes"));
      const name = this.#string();
      if (name in members) throw new Refusal("an object has a name twice");
      this.#blank();
      if (!this.#takes(":")) this.#fail(later("expecting ':' delimiter"));
      this.#blank();
      members[name] = this.#value(depth + 1);
    } while (this.#takes(","));
    if (!this.#takes("}")) this.#fail(later("expecting ',' delimiter"));
    return members;
  }

  #array(depth) {
    const values = [];
    this.#step();
    if (this.#takes("]")) return values;
    do {
      this.#blank();
      values.push(this.#value(depth + 1));
    } while (this.#takes(","));
    if (!this.#takes("]")) this.#fail(later("expecting ',' delimiter"));
    return values;
  }

  #string() {
    const start = ++this.at;
    let said = this.#match(PLAIN)[0];
    while (this.text[this.at] === "\\") said += this.#escape() + this.#match(PLAIN)[0];
    if (this.text[this.at] !== '"') this.#fail(later("a string without an end, or a control character"));
    const hasEscapes = this.at - start !== said.length;
    this.at += 1;
    if (hasEscapes && !said.isWellFormed()) throw new Refusal("string contains a lone surrogate");
    return said;
  }

  #escape() {
    const letter = this.text[this.at + 1];
    if (letter !== "u") {
      const meant = ESCAPES[letter];
      if (meant === undefined) this.#fail(later("invalid \\escape"));
      this.at += 2;
      return meant;
    }
    const digits = this.text.slice(this.at + 2, this.at + 6);
    if (!HEX.test(digits)) this.#fail(later("invalid \\uXXXX escape"));
    if (digits === "0000") throw new Refusal("string contains U+0000");
    this.at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #scalar() {
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    const found = this.#match(NUMBER);
    if (!found) this.#fail(later("expecting value"));
    const isReal = found[1] !== undefined || found[2] !== undefined;
    const value = Number(found[0]);
    if (isReal) {
      if (found[0].length > 40 || !Number.isFinite(value)) {
        throw new Refusal("number of over 40 characters, or not finite");
      }
      return new Number(value);
    }
    if (found[0].length > 17 || !Number.isSafeInteger(value)) {
      throw new Refusal("integer outside +-(2^53 - 1)");
    }
    return value;
  }

  #match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  #blank() {
    this.#match(BLANK);
  }

  #step() {
    this.at += 1;
    this.#blank();
  }

  // Whether *sign* comes next, and if so past it.
  #takes(sign) {
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  #fail(text) {
    const before = this.text.slice(0, this.at).split("\n");
    const place = { line: before.length, column: before.at(-1).length + 1 };
    throw new Refusal("%(why)s at line %(line)s column %(column)s", { why: { text }, ...place });
  }
}
