// Shapes: tables of checks over parsed JSON, which point at what does not fit (RFC 6901). A check
// takes a value and where it stands, and refuses it or returns.
//
//     const point = record({ id: uri, "note?": text(isLabel, "a label") });
//     point({ id: "urn:a:b" }, "");
//
// A name that ends in ? may be missing; objects are closed.

import { Refusal } from "./refusal.js";
import { isObject } from "./strict_json.js";

export const refuse = (where, text, values = {}) => {
  throw new Refusal("%(where)s: %(why)s", { where, why: { text, values } });
};

const pointed = (name) => `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;

// *want* says what is wanted, in whole words.
export const text = (test, want, values) => (value, where) => {
  if (typeof value !== "string" || !test(value)) refuse(where, want, values);
};

export const matching = (pattern, want) => text((value) => pattern.test(value), want);

export const code = (...words) => {
  const isOne = (value) => words.includes(value);
  return text(isOne, "want one of %(words)s", { words: words.join(", ") });
};

export function count(value, where) {
  if (typeof value !== "number" || value < 0) refuse(where, "want a whole number from 0 on");
}

export function positive(value, where) {
  if (typeof value !== "number" || value < 1) refuse(where, "want a whole number from 1 on");
}

export const between = (least, most) => (value, where) => {
  const isNumber = typeof value === "number" || value instanceof Number;
  const isBetween = isNumber && value >= least && value <= most;
  if (!isBetween) refuse(where, "want %(least)s to %(most)s", { least, most });
};

export function boolean(value, where) {
  if (typeof value !== "boolean") refuse(where, "want true or false");
}

export const listOf = (check, { least = 0, most = Infinity, isDistinct = false } = {}) => (value, where) => {
  if (!Array.isArray(value) || value.length < least || value.length > most) {
    refuse(where, "want an array of %(least)s to %(most)s", { least, most });
  }
  value.forEach((one, at) => check(one, `${where}/${at}`));
  if (isDistinct && new Set(value).size !== value.length) refuse(where, "holds a value twice");
};

export const record = (members) => {
  const checks = new Map(Object.entries(members).map(([name, check]) => [name.replace(/\?$/, ""), check]));
  const required = Object.keys(members).filter((name) => !name.endsWith("?"));
  return (value, where) => {
    if (!isObject(value)) refuse(where, "want an object");
    for (const name of required) {
      if (!(name in value)) refuse(where + pointed(name), "is missing");
    }
    for (const [name, member] of Object.entries(value)) {
      const check = checks.get(name) ?? refuse(where + pointed(name), "unknown name");
      check(member, where + pointed(name));
    }
  };
};

export const either = (one, other) => (value, where) => {
  try {
    one(value, where);
  } catch {
    other(value, where);
  }
};
