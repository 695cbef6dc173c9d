// What the ledger tells in English, in the language of the page, as web/pages/phrases.py reads it:
// of all ways in which phrases make a sentence, the one that leaves the least unread.
//
// told("urn:...:skua signed that it shipped this item, which ...", (text) => named(text, names))

import { countryName } from "./countries.js";
import { language, words } from "./words.js";

// What others wrote is told as they wrote it, though it may read like a phrase; of sources those
// that the product's own rules cite are known, word for word.
const QUOTED = new Set(["party", "item", "name", "source"]);
const CITED = "source";
// What is a name, or several: no phrase.
const PLAIN = new Set(["who", "agent", "entry", "date", "later", "eccns"]);
// What is a country's code, and what several. English is read for them alone.
const COUNTRY = "country";
const LANDS = new Set([COUNTRY, "countries"]);
const LAND = /^(?:[A-Z]{2}|\?)$/;
const MAYBE_LAND = /\b[A-Z]{2}\b/;
// Phrases that only list two things: they fit nearly everything, and so count for nothing.
const JOINTS = new Set([", ", "; ", ": ", " and ", " or "]);
// A word, a time, a spot, a distance, or what somebody typed.
const NAME = /^(?:\S+|'[^']*'|\d{4}-\d\d-\d\d \d\d:\d\d UTC|[\d.]+ [NS], [\d.]+ [EW]|[\d,.]+ k?m)$/;
// Whoever makes a sentence that is longer, or can be read in more ways, does mischief.
const LONGEST = 2000;
const DEEPEST = 24;
const MOST_SPLITS = 12;
const MOST_READ = 600;

const size = ({ fixed }) => fixed.join("").length;
const isJoint = ({ fixed }) => fixed.length === 3 && !fixed[0] && !fixed[2] && JOINTS.has(fixed[1]);
// Those with most fixed text first.
const book = new Map(Object.entries(await words("phrases")));
const patterns = [...book]
  .map(([text, translation]) => pattern(text, translation))
  .sort((one, other) => size(other) - size(one));
const singles = patterns.filter((one) => !isJoint(one));
const joints = patterns.filter(isJoint);
const known = new Map();

// What is no phrase is *called* something on the page.
export function told(text, called = (left) => left) {
  if (text.length > LONGEST || (language === "en" && !MAYBE_LAND.test(text))) return called(text);
  known.clear();
  return spoken(read(text, 0), called);
}

function spoken(made, called, isLand = false) {
  if (typeof made === "string") return isLand && LAND.test(made) ? countryName(made) : called(made);
  return made.said.replace(/%(?:%|\((\w+)\)s)/g, (_, name) =>
    name ? spoken(made.values.get(name), called, isLand || LANDS.has(name)) : "%",
  );
}

function pattern(text, said) {
  const parts = text.split(/%\((\w+)\)s/);
  const fixed = parts.filter((_, at) => at % 2 === 0).map((part) => part.replaceAll("%%", "%"));
  return { fixed, names: parts.filter((_, at) => at % 2 === 1), said };
}

function read(text, depth) {
  if (!known.has(text)) {
    if (depth > DEEPEST || known.size >= MOST_READ) return text;
    known.set(text, text);
    const best = bestOf([...phrases(text, depth), text]);
    known.set(text, leftOf(best) ? bestOf([best, ...lists(text, depth)]) : best);
  }
  return known.get(text);
}

const bestOf = (readings) => readings.reduce((best, one) => (scoreOf(one) > scoreOf(best) ? one : best));
const scoreOf = (made) => (typeof made === "string" ? -leftOf(made) : made.score);
const leftOf = (made) => (typeof made !== "string" ? made.left : NAME.test(made) ? 0 : made.length);

function* phrases(text, depth) {
  for (const one of singles) {
    const values = valuesIn(text, one);
    if (values) yield reading(one, values, size(one), depth);
  }
}

function* lists(text, depth) {
  for (const one of joints) {
    const joint = one.fixed[1];
    const parts = text.split(joint);
    for (let number = 1; number < parts.length && number <= MOST_SPLITS; number += 1) {
      const sides = [parts.slice(0, number).join(joint), parts.slice(number).join(joint)];
      if (sides.every(Boolean)) yield reading(one, new Map(one.names.map((name, at) => [name, sides[at]])), 0, depth);
    }
  }
}

function reading({ said }, texts, fixed, depth) {
  const values = new Map();
  let [score, left] = [fixed, 0];
  for (const [name, text] of texts) {
    const quoted = name === CITED ? (book.get(text) ?? text) : text;
    const made = QUOTED.has(name) ? quoted : read(text, depth + 1);
    values.set(name, PLAIN.has(name) && scoreOf(made) > 0 ? text : made);
    left += leftOf(values.get(name));
    score += QUOTED.has(name) ? 0 : scoreOf(values.get(name));
  }
  return { said, values, score, left };
}

// One way through the text, never back: a value ends where the next fixed text begins first.
function valuesIn(text, { fixed: [first, ...others], names }) {
  if (!text.startsWith(first) || (others.length === 0 && text !== first)) return null;
  const values = new Map();
  let at = first.length;
  for (const [number, fixed] of others.entries()) {
    const isLast = number === others.length - 1;
    const end = isLast ? text.length - fixed.length : text.indexOf(fixed, at + 1);
    if (end <= at || !text.startsWith(fixed, end)) return null;
    const value = text.slice(at, end);
    if ((values.get(names[number]) ?? value) !== value) return null;
    if (names[number] === COUNTRY && !LAND.test(value)) return null;
    values.set(names[number], value);
    at = end + fixed.length;
  }
  return values;
}
