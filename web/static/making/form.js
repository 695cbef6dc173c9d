// A form that grows: what is said so far beside it, rows that are added, files that are hashed here.

import { icon } from "../frame.js";
import { count, say } from "../words.js";
import { encodeHex } from "../verify/bytes.js";
import { sha256 } from "../verify/digest.js";

const form = document.querySelector("form[data-form]");

// What is said so far ------------------------------------------------------------------------------

const lines = form.querySelector("textarea[data-lines]");
let isWaiting = false;
let hasChanged = false;
let things = countLines(lines?.value ?? ""); // counted anew when the list changes, not at every key

function countLines(text) {
  let found = 0;
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    const stop = end < 0 ? text.length : end;
    if (text.slice(at, stop).trim()) found += 1;
    at = stop + 1;
  }
  return found;
}

function said(name) {
  const fields = [...form.querySelectorAll(`[name="${name}"]`)];
  return fields.filter((one) => one.type !== "checkbox" || one.checked).map((one) => one.value.trim());
}

function show() {
  isWaiting = false;
  if (hasChanged) things = countLines(lines.value);
  hasChanged = false;
  for (const place of form.querySelectorAll("[data-shows]")) {
    const names = place.dataset.shows.split(" ");
    place.textContent = names.includes("units")
      ? count(things)
      : names.flatMap(said).filter(Boolean).join(say(", "));
  }
  for (const box of form.querySelectorAll("input[data-left]")) warn(box);
}

// What would be left of a licence, by the number of lines. What is inside of a box counts too, and the
// ledger alone knows how much that is: of what may be one nothing is said before it is checked.
const BOX = /(?:^|[^0-9])[0-9]{18}(?:[^0-9]|$)/;

function warn(box) {
  const place = box.parentElement.querySelector(".hint");
  place.querySelector(".after")?.remove();
  if (!box.checked || box.dataset.left === "" || BOX.test(lines.value)) return;
  const rest = Number(box.dataset.left) - things;
  const words = document.createElement("strong");
  words.className = rest < 0 ? "after verdict stop" : "after";
  if (rest < 0) words.append(icon("stop"), ` ${say("%(count)s too many", { count: count(-rest) })}`);
  else words.append(` · ${say("%(rest)s after this", { rest: count(rest) })}`);
  place.append(words);
}

form.addEventListener("input", (event) => {
  hasChanged ||= event.target === lines;
  if (isWaiting) return;
  isWaiting = true;
  setTimeout(show, 150);
});

// A long list is kept closed, and not laid out, which would take the browser long. What is closed
// alone is laid out at the next key all the same.
const MANY = 20_000; // characters
const list = lines?.closest("[data-list]");

function close(isClosed) {
  lines.hidden = isClosed;
  list.open = !isClosed;
}

list?.addEventListener("toggle", () => close(!list.open));
if (list && !list.open) close(true);

lines?.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text/plain");
  if (text.length + lines.value.length < MANY) return;
  event.preventDefault();
  close(true);
  lines.value = [lines.value.trimEnd(), text].filter(Boolean).join("\n");
  lines.dispatchEvent(new Event("input", { bubbles: true }));
});

// Rows ---------------------------------------------------------------------------------------------

for (const group of form.querySelectorAll("[data-rows]")) {
  group.addEventListener("input", () => {
    const rows = group.querySelectorAll(".pair");
    const last = rows[rows.length - 1];
    if (!last.querySelector("input").value.trim()) return;
    const fresh = last.cloneNode(true);
    const input = fresh.querySelector("input");
    input.value = "";
    input.removeAttribute("id");
    last.after(fresh);
  });
}

// Files: only their hash leaves this browser --------------------------------------------------------

const evidence = form.querySelector("[data-evidence]");
const LIMIT = 256 << 20;

async function hashed(file) {
  const hash = encodeHex(await sha256(await file.arrayBuffer()));
  const mediaType = file.type || "application/octet-stream";
  return { name: file.name, mediaType, sha256: hash, size: file.size };
}

function listed(one) {
  const row = document.createElement("li");
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "evidence" });
  field.value = JSON.stringify(one);
  row.append(field);
  dressed(row, one);
  return row;
}

function dressed(row, one) {
  const hash = document.createElement("code");
  hash.textContent = `${one.sha256.slice(0, 16)}…`;
  hash.title = one.sha256;
  const gone = Object.assign(document.createElement("button"), { type: "button", className: "quiet" });
  gone.textContent = say("Remove");
  gone.addEventListener("click", () => {
    row.remove();
    form.querySelector("#evidence").focus();
  });
  row.append(`${one.name} `, hash, " ", gone);
}

if (evidence && globalThis.crypto?.subtle) {
  const chooser = evidence.querySelector("input[type=file]");
  const list = evidence.querySelector("ul");
  chooser.disabled = false;
  for (const row of list.children) dressed(row, JSON.parse(row.querySelector("input").value));
  chooser.addEventListener("change", async () => {
    const files = [...chooser.files];
    chooser.value = "";
    for (const file of files) {
      if (file.size > LIMIT) {
        list.append(Object.assign(document.createElement("li"), { className: "wrong", textContent: say("%(name)s is over %(limit)s MiB", { name: file.name, limit: LIMIT >> 20 }) }));
      } else list.append(listed(await hashed(file)));
    }
  });
}

// The column of a spreadsheet, chosen once for all with these headings ------------------------------

for (const select of form.querySelectorAll("select[data-remember]")) {
  const key = `column ${select.name} ${select.dataset.remember}`;
  const before = localStorage.getItem(key);
  if (before && !select.value) select.value = before;
  form.addEventListener("submit", () => select.value && localStorage.setItem(key, select.value));
}

show();
