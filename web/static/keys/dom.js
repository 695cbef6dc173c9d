// Elements for what is shown: text is text, whatever it holds.
//
// el("p", { class: "hint" }, say("Nothing yet"), el("code", {}, serial))

import { dress } from "../frame.js";

export { icon } from "../frame.js";

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return made;
}

// A serial, an id, a hash: with a button that copies it, once *show* has dressed it.
export function mono(text, short = text.length) {
  const isCut = text.length > short;
  const shown = isCut ? `${text.slice(0, short)}…` : text;
  return el("code", { "data-copy": text, title: isCut && text }, shown);
}

export function stamp(iso) {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return el("span", {}, iso);
  const shown = `${moment.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return el("time", { datetime: moment.toISOString() }, shown);
}

// Put *children* into *place*, instead of what is there.
export function show(place, ...children) {
  place.replaceChildren(...children.flat(Infinity).filter(Boolean));
  place.hidden = false;
  dress(place);
}

export const notice = (kind, ...children) =>
  el("section", { class: kind, role: kind === "fault" ? "alert" : "status" }, ...children);

export const fault = (text) => notice("fault", el("p", {}, text));

export const actions = (...children) => el("div", { class: "actions" }, ...children);

export const button = (text, click, look = "quiet") =>
  el("button", { type: "button", class: look, click }, text);

// A labelled input, or select; its id ties the two.
export const field = (label, input) =>
  el("div", { class: "field" }, el("label", { for: input.id }, label), input);

// Let the page be drawn and used before going on: called every so often in long work.
export const breathe = () => new Promise((resume) => setTimeout(resume));

// Hand *text* to whoever uses the page, as a file.
export function download(name, text, type = "application/json") {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
