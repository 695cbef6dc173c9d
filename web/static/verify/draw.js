// Elements of a page made of values: text is always text, whatever it holds.

import { count, here, say } from "../words.js";

// An element with attributes and children; a child that is false, null or undefined is left out.
export function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== false && child !== null && child !== undefined));
  return made;
}

// The sprite stands in the page itself where that is a single file.
const sprite = document.getElementById("icons") ? "" : new URL("../icons.svg", import.meta.url).href;

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

// A state by word, icon and colour: kind is clear, check, stop or unknown.
export const badge = (kind, word) => node("span", { class: `verdict ${kind}` }, icon(kind), ` ${word}`);

// A serial, an id, a hash, with a button that copies it.
export function mono(text) {
  const code = node("code", {}, text);
  if (!navigator.clipboard) return [code];
  const button = node("button", { type: "button", class: "copy", "aria-label": say("Copy %(text)s", { text }) });
  button.addEventListener("click", async (event) => {
    event.stopPropagation();
    await navigator.clipboard.writeText(text);
    button.classList.add("done");
    button.setAttribute("aria-label", say("Copied"));
  });
  return [code, button];
}

// A moment of ISO 8601 in UTC, the local time beside it.
export function stamp(iso) {
  const text = `${iso.slice(0, 16).replace("T", " ")} UTC`;
  const moment = new Date(iso);
  const local = here(moment);
  const shown = local && node("span", { class: "local" }, ` (${local})`);
  return node("time", { datetime: iso, title: moment.toLocaleString() }, text, shown || null);
}

// How long ago that was, in the largest unit that is exact enough.
export function age(iso) {
  const hours = Math.floor((Date.now() - new Date(iso)) / 3_600_000);
  if (hours < 1) return say("less than an hour ago");
  if (hours < 48) return say("%(count)s hours ago", { count: count(hours) });
  return say("%(count)s days ago", { count: count(Math.floor(hours / 24)) });
}

export function list(lines) {
  return node("ul", {}, lines.map((line) => node("li", {}, line)));
}
