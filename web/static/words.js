// What is said in the language of the page; English where it has no words for it.
//
// say("%(count)s serials", { count: 3 })
//
// A value may be words to say itself, as {text, values}.

import { fill } from "./fill.js";

export const language = globalThis.document?.documentElement.lang || "en";
const said = await words("words");

// The *kind* of words there are, in the language of the page: "words", "phrases" or "countries".
export async function words(kind) {
  // A page that is a single file has them in itself.
  const inline = globalThis.document?.getElementById(kind);
  if (inline) return JSON.parse(inline.textContent);
  if (language === "en" && kind === "words") return {};
  return (await fetch(new URL(`./${kind}/${language}.json`, import.meta.url))).json();
}

export const say = (text, values) => fill(said[text] ?? text, values, sayReason);

// What was put off, as {text, values}.
export function sayReason({ text, values }) {
  return say(text, values);
}

// Why something failed: a refusal (verify/refusal.js) says it in the reader's language.
export const whyOf = (error) => (error.why ? sayReason(error.why) : error.message);

export function count(number) {
  return new Intl.NumberFormat(language).format(number);
}

// What the clock says here at *moment*, "17:00 here"; nothing where clocks go by UTC.
export function here(moment) {
  if (moment.getTimezoneOffset() === 0) return "";
  const day = moment.getDate() === moment.getUTCDate() ? {} : { month: "short", day: "numeric" };
  const form = { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return say("%(time)s here", { time: moment.toLocaleString(language, form) });
}
