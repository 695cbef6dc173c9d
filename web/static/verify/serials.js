// Serials against a verified bundle, without a connection: which of those presented it is about.
//
//     checkSerials(splitSerials(pasted), verified)
//     -> {lines: [{text, answer: "match" | "named" | "ambiguous" | "unknown", items, times}], missing: [item]}
//
// "named": entries shown name it, though the bundle is not about it; "ambiguous": a bare serial that
// several of its items have. Case and leading zeros are part of a serial. What is presented twice, in
// one spelling or two, is answered once and counted.

import { splitItem } from "./forms.js";

const SEPARATORS = /[ \t\r\n\f\v,;\u00a0\ufeff]+/;
const INNER_BLANK = /[ \t]+(?=\((?!0[01]\)|800[34]\))[0-9]{2,4}\))|(?<=[0-9]\))[ \t]+/g;
const SSCC = /\bSSCC[:#]?[ \t]*(?=[0-9]{18}\b)/gi; // as stories call a package
const QUOTES = /^(["'])(.+)\1$/;

export function splitSerials(text) {
  const parts = text.replace(SSCC, "(00)").replace(INNER_BLANK, "").split(SEPARATORS);
  return parts.map((part) => part.replace(QUOTES, "$2")).filter(Boolean);
}

export function checkSerials(texts, verified) {
  const subjects = byName(verified.subjects);
  const named = byName(verified.entries.flatMap(({ act }) => act ? itemsOf(act) : []));
  const lines = new Map();
  for (const text of texts) {
    const line = answerTo(text, subjects, named);
    const key = line.items.length === 1 ? line.items[0] : text;
    if (!lines.has(key)) lines.set(key, line);
    lines.get(key).times += 1;
  }
  return { lines: [...lines.values()], missing: verified.subjects.filter((item) => !lines.has(item)) };
}

function answerTo(text, subjects, named) {
  const found = lookUp(subjects, text);
  if (found.length) return { text, answer: found.length > 1 ? "ambiguous" : "match", items: found, times: 0 };
  const others = lookUp(named, text);
  return { text, answer: others.length ? "named" : "unknown", items: others, times: 0 };
}

const itemsOf = ({ items, outputs, parent }) => [...items.ids, ...outputs.ids, ...(parent ? [parent] : [])];

// By whole id and by bare serial.
function byName(items) {
  const found = new Map();
  for (const item of new Set(items)) {
    for (const name of new Set([item, splitItem(item)[1]])) found.set(name, [...(found.get(name) ?? []), item]);
  }
  return found;
}

function lookUp(known, text) {
  const spelled = spellings(text).find((one) => known.has(one));
  return spelled === undefined ? [] : known.get(spelled);
}

// What *text* may stand for: an id, a GS1 element string with brackets or as a scanner sends it, or a
// bare serial.
function spellings(text) {
  const gs1 = "https://id.gs1.org";
  const link = text.replace(/^http:\/\/id\.gs1\.org|^id\.gs1\.org/i, gs1);
  const found = [link, link.split("?")[0]];
  const { "00": sscc, "01": gtin, 21: serial } = elementsIn(text);
  if (sscc) found.push(`${gs1}/00/${sscc}`);
  if (gtin && serial) found.push(`${gs1}/01/${gtin.padStart(14, "0")}/21/${escaped(serial)}`);
  return [...found, escaped(text)];
}

function elementsIn(text) {
  const bracketed = [...text.matchAll(/\((\d{2,4})\)([^(]*)/g)].map(([, ai, value]) => [ai, value]);
  if (bracketed.length) return Object.fromEntries(bracketed);
  const scanned = text.replace(/^\](?:C1|d2|Q3|J1|e[012])/, "").replaceAll("\u241d", "\u001d");
  const sscc = /^\u001d?00([0-9]{18})$/.exec(scanned);
  const sgtin = /^\u001d?01([0-9]{14})21([^\u001d]{1,20})(?:\u001d|$)/.exec(scanned);
  return { "00": sscc?.[1], "01": sgtin?.[1], 21: sgtin?.[2] };
}

// As ids have it: all but unreserved characters percent-encoded.
function escaped(text) {
  const more = /[!'()*]/g;
  return encodeURIComponent(text.toWellFormed()).replace(more, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
