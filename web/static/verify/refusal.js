// What does not hold: an error that says why, in lower case, as `chiptrail verify` does. Its message is
// in English; the reason is data, to be said in the reader's language by who shows it (words.js).
//
//     demand(size <= LIMIT, "got %(size)s bytes, want at most %(limit)s", { size, limit: LIMIT });
//     catch (error) { postMessage({ why: reasonOf(error) }) }      // sayReason(why), on the page

import { fill, later } from "../fill.js";

export class Refusal extends Error {
  constructor(text, values = {}) {
    super(fill(text, values));
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
