// What every page has: keys of the keyboard, buttons that copy, local times, menus that close; and no
// form is lost where there is no connection.

import { here, say } from "./words.js";

const GOES = { c: "/check", s: "/shipments", n: "/ship", f: "/findings", h: "/" };
const SVG = "http://www.w3.org/2000/svg";
const keys = document.getElementById("keys");
let isGoing = false;

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.target.form?.requestSubmit();
    return;
  }
  const isTyping = event.target.closest("input, textarea, select, dialog, [contenteditable]");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const went = isGoing;
  isGoing = false;
  if (went && GOES[event.key]) location.assign(GOES[event.key]);
  else if (event.key === "g") isGoing = true;
  else if (event.key === "/") document.getElementById("search")?.focus();
  else if (event.key === "?") keys.showModal();
  else if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
  else return;
  event.preventDefault();
});

// From row to row of a table, by the first link of each.
function step(by) {
  const links = [...document.querySelectorAll("main tbody tr")]
    .map((row) => row.querySelector("a[href]"))
    .filter(Boolean);
  const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
}

// A menu closes when one goes elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// What the browser would show in place of a page that it cannot reach has nothing of what was typed.
document.addEventListener("submit", (event) => {
  document.getElementById("offline")?.remove();
  if (event.defaultPrevented || navigator.onLine) return;
  event.preventDefault();
  const notice = document.createElement("p");
  Object.assign(notice, { id: "offline", className: "fault", role: "alert" });
  notice.textContent = say("There is no connection. Nothing is lost: send it again once there is one.");
  (event.submitter ?? event.target).after(notice);
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  await navigator.clipboard.writeText(button.value);
  button.replaceChildren(icon("done"));
  button.setAttribute("aria-label", say("Copied"));
});

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${new URL("./icons.svg", import.meta.url)}#${name}`);
  drawing.append(use);
  return drawing;
}

// Give what came into *root* its buttons, its local times, and the cells of its lists their names.
export function dress(root) {
  root.querySelectorAll("table").forEach(nameCells);
  for (const code of root.querySelectorAll("code[data-copy]:not(.dressed)")) {
    code.classList.add("dressed");
    if (!navigator.clipboard) continue; // only where the connection is secure
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "copy", value: code.dataset.copy });
    button.setAttribute("aria-label", say("Copy %(text)s", { text: code.dataset.copy }));
    button.append(icon("copy"));
    code.after(button);
  }
  for (const time of root.querySelectorAll("time[datetime]:not([title])")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    time.title = `${moment.toLocaleString()} (${zone})`;
    const local = here(moment);
    if (!local) continue;
    const shown = document.createElement("span");
    Object.assign(shown, { className: "local", textContent: ` (${local})` });
    time.append(shown);
  }
}

// On a phone a row of several columns stands as a card, with the name of the column on each cell.
function nameCells(table) {
  const names = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent.trim());
  if (names.length < 3 || table.matches(".sides")) return;
  table.classList.add("rows");
  for (const row of table.tBodies[0]?.rows ?? []) {
    [...row.cells].slice(1).forEach((cell, at) => (cell.dataset.name = names[at + 1] ?? ""));
  }
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
dress(document);
document.querySelector("[data-focus]")?.focus();
