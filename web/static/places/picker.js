// What is typed for a place: suggestions, and what it means, as the ledger will understand it.

import { say } from "../words.js";

const PAUSE_MS = 200;

for (const picker of document.querySelectorAll("[data-places]:not(.ready)")) {
  picker.classList.add("ready");
  const field = picker.querySelector("input[list]");
  const country = picker.querySelector("select");
  const within = picker.querySelector("input[inputmode]");
  let timer = 0;
  const ask = () => {
    clearTimeout(timer);
    timer = setTimeout(() => look(picker, field, country, within), PAUSE_MS);
  };
  field.addEventListener("input", ask);
  within.addEventListener("input", ask);
  country.addEventListener("change", ask);
  if (field.value) ask();
  const map = picker.querySelector("[data-choose]");
  map.hidden = false;
  map.addEventListener("toggle", async () => (await import("./choose.js")).open(picker), { once: true });
}

async function look(picker, field, country, within) {
  const asked = new URLSearchParams({ q: field.value, country: country.value, within: within.value });
  const answer = await fetch(`${picker.dataset.places}?${asked}`).catch(() => null);
  if (!answer?.ok || asked.get("q") !== field.value) return; // typed on meanwhile
  const { places, meant, fault } = await answer.json();
  document.getElementById(field.getAttribute("list")).replaceChildren(...places.map(option));
  const told = picker.querySelector(".meant");
  told.classList.toggle("wrong", Boolean(meant?.hint));
  picker.dispatchEvent(new CustomEvent("meant", { detail: meant }));
  if (meant) told.textContent = [`${meant.name}${say(": ")}${meant.where}`, meant.hint].filter(Boolean).join(say("; "));
  else told.textContent = field.value && !places.length ? fault : "";
}

function option({ text, name }) {
  return Object.assign(document.createElement("option"), { value: text, label: name });
}
