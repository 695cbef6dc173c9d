// The check of pasted serials against a bundle that verified, as a part of a page.

import { count, say } from "../words.js";
import { badge, mono, node } from "./draw.js";

const SHOWN = 100;
const ANSWERS = {
  unknown: ["stop", () => say("not in this bundle")],
  ambiguous: ["check", () => say("several items have this serial")],
  named: ["check", () => say("named in it, but not what it is about")],
  match: ["clear", () => say("match")],
};

// {form, show}: *check* takes what was pasted, and *show* what the check came to.
export function drawMatching(check) {
  const answer = node("section", { "aria-live": "polite" });
  const area = node("textarea", { id: "serials", class: "screen", spellcheck: "false", "aria-describedby": "serials-hint" });
  const form = node(
    "form",
    { class: "matching" },
    node("h2", {}, say("Check serials against this bundle")),
    node("label", { for: "serials", class: "screen" }, say("Serials, codes or Digital Links")),
    node("p", { class: "hint screen", id: "serials-hint" }, say("Paste what is before you. It is compared with this file alone, here; nothing is sent.")),
    area,
    node("div", { class: "actions" }, node("button", {}, say("Compare"))),
    answer,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    check(area.value);
  });
  return { form, show: (checked) => answer.replaceChildren(...drawAnswer(checked)) };
}

function drawAnswer({ lines, missing }) {
  const kinds = Object.keys(ANSWERS);
  const counts = kinds.map((kind) => [kind, lines.filter(({ answer }) => answer === kind).length]).filter(([, number]) => number);
  const summary = counts.flatMap(([kind, number]) => [badge(ANSWERS[kind][0], `${count(number)} ${ANSWERS[kind][1]()}`), " "]);
  if (missing.length) summary.push(badge("check", say("%(count)s in the bundle, not presented", { count: count(missing.length) })));
  const sorted = lines.toSorted((one, other) => kinds.indexOf(one.answer) - kinds.indexOf(other.answer));
  const rows = [
    ...sorted.map(({ text, answer }) => [text, ...ANSWERS[answer]]),
    ...missing.map((item) => [item, "check", () => say("not presented")]),
  ];
  const heads = [say("Presented"), say("Answer")].map((text) => node("th", { scope: "col" }, text));
  const body = rows.slice(0, SHOWN).map(([text, kind, word]) => node("tr", {}, node("td", {}, ...mono(text)), node("td", {}, badge(kind, word()))));
  return [
    node("p", { "data-counts": true }, summary),
    node("div", { class: "scroll" }, node("table", {}, node("thead", {}, node("tr", {}, heads)), node("tbody", {}, body))),
    rows.length > SHOWN && node("p", { class: "hint" }, say("%(shown)s of %(count)s shown.", { shown: SHOWN, count: count(rows.length) })),
    node("p", { class: "hint" }, say("A match says that the bundle is about an item of that number, not that the thing before you is that item.")),
  ].filter(Boolean);
}
