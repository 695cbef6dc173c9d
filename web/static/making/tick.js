// Ticking off a shipment: the lists say what came, and the counts and the table beside them follow.

import { count, say } from "../words.js";

const form = document.querySelector("form[data-tick]");
const units = JSON.parse(document.getElementById("units").textContent);
const lists = ["arrived", "damaged", "refused"].map((how) => form.querySelector(`#${how}`));
const words = { arrived: say("arrived"), damaged: say("damaged"), refused: say("refused") };

// What a line can be: an id, a serial, the codes on labels as scanners send them.
const meant = new Map(); // text -> [unit, thing inside it, or the unit again]
const sizes = new Map();

function spellings(id, name) {
  const sscc = id.match(/^https:\/\/id\.gs1\.org\/00\/(\d{18})$/);
  if (sscc) return [id, sscc[1], `00${sscc[1]}`, `(00)${sscc[1]}`];
  const gtin = id.match(/^https:\/\/id\.gs1\.org\/01\/(\d{14})\/21\//);
  return gtin ? [id, name, `(01)${gtin[1]}(21)${name}`, `01${gtin[1]}21${name}`] : [id, name];
}

for (const [unit, name, inside] of units) {
  sizes.set(unit, inside.length);
  for (const text of spellings(unit, name)) meant.set(text, [unit, unit]);
  for (const [thing, serial] of inside) {
    for (const text of spellings(thing, serial)) meant.set(text, [unit, thing]);
  }
}

function linesOf(list) {
  return list.value.split("\n").map((line) => line.trim()).filter(Boolean);
}

// Which units came how; a box whose contents are all there is there.
function read() {
  const how = new Map();
  const others = new Set();
  for (const list of lists) {
    const parts = new Map();
    for (const line of linesOf(list)) {
      const [unit, thing] = meant.get(line.replace(/^\][A-Za-z]\d/, "").replaceAll("\x1d", "")) ?? [];
      if (!unit) others.add(line);
      else if (thing === unit) how.set(unit, list.id);
      else parts.set(unit, (parts.get(unit) ?? new Set()).add(thing));
    }
    for (const [unit, things] of parts) {
      if (things.size === sizes.get(unit)) how.set(unit, list.id);
    }
  }
  return { how, others };
}

const isAll = () => form.elements.what.value === "all";

function show() {
  const { how, others } = read();
  const ticked = isAll() ? units.length : how.size;
  const counts = { ticked, left: units.length - ticked, others: others.size };
  for (const [name, number] of Object.entries(counts)) {
    form.querySelector(`[data-count="${name}"]`).textContent = count(number);
  }
  for (const row of form.querySelectorAll("tr[data-unit]")) {
    row.querySelector("select").value = how.get(row.dataset.unit) ?? (isAll() ? "arrived" : "");
  }
}

// The table: what is chosen in it is written into the lists.
for (const row of form.querySelectorAll("tr[data-unit]")) {
  const select = document.createElement("select");
  select.setAttribute("aria-label", say("How %(unit)s came", { unit: row.dataset.unit }));
  select.append(new Option("–", ""), ...Object.entries(words).map(([how, text]) => new Option(text, how)));
  row.querySelector("[data-how]").append(select);
  select.addEventListener("change", () => choose(row.dataset.unit, select.value));
}

function choose(unit, how) {
  if (isAll() && how === "") {
    const { how: before } = read();
    form.elements.what.value = "listed";
    lists[0].value = units.map(([id]) => id).filter((id) => id !== unit && !before.has(id)).join("\n");
  }
  for (const list of lists) {
    const rest = linesOf(list).filter((line) => meant.get(line)?.[0] !== unit);
    if (list.id === how && !(how === "arrived" && isAll())) rest.push(unit);
    list.value = rest.join("\n");
  }
  show();
}

// Whoever lists what arrived does not mean all of it.
lists[0].addEventListener("input", () => {
  if (lists[0].value.trim()) form.elements.what.value = "listed";
});

let timer = 0;
form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(show, 100);
});
show();
