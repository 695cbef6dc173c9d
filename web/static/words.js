// What is said in the language of the page; English where it has no words for it.
//
// say("%(count)s serials", { count: 3 })

const language = globalThis.document?.documentElement.lang || "en";
const address = new URL(`./words/${language}.json`, import.meta.url);
// A page that is a single file has them in itself.
const inline = globalThis.document?.getElementById("words");
const words = inline ? JSON.parse(inline.textContent) : language === "en" ? {} : await fetched();

async function fetched() {
  return (await fetch(address)).json();
}

export function say(text, values = {}) {
  return (words[text] ?? text).replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);
}

export function count(number) {
  return new Intl.NumberFormat(language).format(number);
}
