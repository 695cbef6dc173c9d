// Words with values in them, in English: what a worker can say, which has no words of other languages.
//
//     fill("got %(size)s bytes", { size: 3 })
//
// A value may be words itself, as {text, values}; *inWords* says those.

export function fill(text, values = {}, inWords = (said) => fill(said.text, said.values)) {
  const shown = (value) => (typeof value?.text === "string" ? inWords(value) : value);
  return text.replace(/%\((\w+)\)s/g, (whole, name) => shown(values[name] ?? whole));
}

// What is in English here, and said in the reader's language elsewhere.
export const later = (text) => text;
