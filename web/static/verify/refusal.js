// What does not hold: an error that says why, in lower case, as `chiptrail verify` does, in the language
// of the page. A worker has no words but English: what it hands to a page is the reason, as data, and
// said there.
//
//     demand(size <= LIMIT, "got %(size)s bytes, want at most %(limit)s", { size, limit: LIMIT });
//     catch (error) { postMessage({ why: reasonOf(error) }) }      // sayReason(why), on the page

import { later, say } from "../words.js";

export class Refusal extends Error {
  constructor(text, values = {}) {
    super(say(text, values));
    this.why = { text, values };
  }
}

export function demand(holds, text, values) {
  if (!holds) throw new Refusal(text, values);
}

export function reasonOf(error) {
  if (error instanceof Refusal) return error.why;
  return { text: later("cannot be read: %(fault)s"), values: { fault: error.message } };
}
