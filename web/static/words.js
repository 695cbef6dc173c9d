// What is said in the language of the page; English where it has no words for it.
//
// say("%(count)s serials", { count: 3 })

const language = globalThis.document?.documentElement.lang || "en";
const said = await words("words");

// The *kind* of words there are, English to the language of the page: "words" or "phrases".
export async function words(kind) {
  // A page that is a single file has them in itself.
  const inline = globalThis.document?.getElementById(kind);
  if (inline) return JSON.parse(inline.textContent);
  if (language === "en") return {};
  return (await fetch(new URL(`./${kind}/${language}.json`, import.meta.url))).json();
}

export function say(text, values = {}) {
  return (said[text] ?? text).replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);
}

export function count(number) {
  return new Intl.NumberFormat(language).format(number);
}
