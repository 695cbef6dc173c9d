// What the ledger tells in English, in the language of the page, as web/pages/phrases.py does it.
//
// told("urn:...:skua signed that it shipped this item, which ...", (text) => named(text, names))

import { words } from "./words.js";

// What others wrote is told as they wrote it, though it may read like a phrase.
const QUOTED = new Set(["party", "item", "name", "source"]);
// So deep may phrases stand in phrases; a list that is longer than that is somebody's mischief.
const DEEPEST = 12;

const length = ({ fixed }) => fixed.reduce((sum, part) => sum + part.length, 0);
// Those with most fixed text first: else a general phrase takes what belongs to a special one.
const patterns = Object.entries(await words("phrases"))
  .map(([text, said]) => pattern(text, said))
  .sort((one, other) => length(other) - length(one));

// What is no phrase is *called* something on the page.
export function told(text, called = (left) => left, depth = 0) {
  for (const { fixed, names, said } of depth > DEEPEST ? [] : patterns) {
    const values = valuesIn(text, fixed, names);
    if (values === null) continue;
    return said.replace(/%(?:%|\((\w+)\)s)/g, (_, name) => {
      if (name === undefined) return "%";
      const value = values.get(name);
      return QUOTED.has(name) ? called(value) : told(value, called, depth + 1);
    });
  }
  return called(text);
}

function pattern(text, said) {
  const parts = text.split(/%\((\w+)\)s/);
  const fixed = parts.filter((_, at) => at % 2 === 0).map((part) => part.replaceAll("%%", "%"));
  return { fixed, names: parts.filter((_, at) => at % 2 === 1), said };
}

// One way through the text, never back: a value ends where the next fixed text begins first.
function valuesIn(text, [first, ...others], names) {
  if (!text.startsWith(first) || (others.length === 0 && text !== first)) return null;
  const values = new Map();
  let at = first.length;
  for (const [number, fixed] of others.entries()) {
    const isLast = number === others.length - 1;
    const end = isLast ? text.length - fixed.length : text.indexOf(fixed, at + 1);
    if (end <= at || !text.startsWith(fixed, end)) return null;
    const value = text.slice(at, end);
    if ((values.get(names[number]) ?? value) !== value) return null;
    values.set(names[number], value);
    at = end + fixed.length;
  }
  return values;
}
