// The check of pasted serials against a bundle that verified, as a part of a page: the counts, the
// lines that matter before the rest, and what to look at, as ledger/advice.py says it.

import { told } from "../phrases.js";
import { count, say } from "../words.js";
import { badge, mono, node } from "./draw.js";
import { isOpen, ORDER, subjectsOf, weightOf } from "./findings.js";
import { itemName, retell } from "./names.js";
import { WORDS } from "./result.js";

const SHOWN = 100;
const NAMED = 10;
const LOOKS = JSON.parse(document.getElementById("looks").textContent);
const ANSWERS = {
  unknown: ["stop", () => say("not in this bundle")],
  ambiguous: ["check", () => say("several items have this serial")],
  named: ["check", () => say("named in it, but not what it is about")],
  match: ["clear", () => say("match")],
};

// {form, show}: *check* takes what was pasted, and *show* what the check against the bundle *verified*
// came to.
export function drawMatching(verified, check) {
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
  return { form, show: (checked) => answer.replaceChildren(...drawAnswer(checked, verified)) };
}

function drawAnswer({ lines, missing }, verified) {
  const subjects = new Map(subjectsOf(verified).map((subject) => [subject.item, subject]));
  const rows = [...lines.map((line) => rowOf(line, subjects)), ...missing.map(rowOfMissing)];
  rows.sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
  const heads = [say("Presented"), say("Answer")].map((text) => node("th", { scope: "col" }, text));
  const body = rows.slice(0, SHOWN).map((row) => drawRow(row, verified.names));
  return [
    node("p", { "data-counts": true }, drawCounts(lines, missing, rows)),
    node("div", { class: "scroll" }, node("table", {}, node("thead", {}, node("tr", {}, heads)), node("tbody", {}, body))),
    rows.length > SHOWN && node("p", { class: "hint" }, say("%(shown)s of %(count)s shown.", { shown: SHOWN, count: count(rows.length) })),
    ...drawLooks(rows),
    node("p", { class: "hint" }, say("A match says that the bundle is about an item of that number, not that the thing before you is that item.")),
  ].filter(Boolean);
}

// What is said of what was presented: *verdict* is the operator's on what it is, *kind* the worst of all.
function rowOf({ text, answer, items, times }, subjects) {
  const subject = answer === "match" ? subjects.get(items[0]) : { verdict: ANSWERS[answer][0], findings: [] };
  const found = subject.findings.filter((one) => isOpen(one) && one.onItems && weightOf(one) !== "clear");
  const isTwice = times > 1;
  const looks = [LOOKS[answer], isTwice && LOOKS.twice, ...found.map(({ code }) => LOOKS[code])].filter(Boolean);
  const kind = isTwice && subject.verdict !== "stop" ? "check" : subject.verdict;
  return { text, answer, times, found, looks, kind, verdict: subject.verdict };
}

const rowOfMissing = (item) => ({ text: itemName(item), answer: "missing", times: 1, found: [], looks: [LOOKS["custody/short"]], kind: "check" });

function drawCounts(lines, missing, rows) {
  const counted = Object.entries(ANSWERS).map(([answer, [kind, word]]) => [kind, lines.filter((line) => line.answer === answer).length, word()]);
  const matching = rows.filter(({ answer }) => answer === "match");
  const worse = ["stop", "check", "unknown"].map((verdict) => [verdict, matching.filter((row) => row.verdict === verdict)]);
  const said = [
    ...worse.filter(([, some]) => some.length).map(([verdict, some]) => badge(verdict, `${WORDS[verdict]()} ${count(some.length)}`)),
    ...counted.filter(([, number]) => number).map(([kind, number, word]) => badge(kind, `${count(number)} ${word}`)),
    missing.length > 0 && badge("check", say("%(count)s in the bundle, not presented", { count: count(missing.length) })),
  ];
  return said.filter(Boolean).flatMap((one) => [one, " "]);
}

function drawRow({ text, answer, times, found, verdict }, names) {
  const isTold = answer === "match" && verdict !== "clear";
  const [kind, word] = answer === "missing" ? ["check", () => say("not presented")] : ANSWERS[answer];
  return node(
    "tr",
    {},
    node("td", {}, ...mono(text)),
    node(
      "td",
      {},
      isTold ? [badge(verdict, WORDS[verdict]()), " ", word()] : badge(kind, word()),
      found.map((one) => node("p", {}, retell(one.message, names))),
      times > 1 && node("p", {}, say("Presented %(count)s times: look for a second one.", { count: count(times) })),
    ),
  );
}

// What to look at next, with the serials that it is about, the worst first.
function drawLooks(rows) {
  const looks = new Map();
  for (const row of rows) {
    for (const look of new Set(row.looks)) looks.set(look, looks.get(look) ?? []).get(look).push(row.text);
  }
  const lines = [...looks].map(([look, texts]) => {
    const named = texts.slice(0, NAMED).flatMap((text) => [node("code", {}, text), " "]);
    const more = texts.length > NAMED && say("and %(count)s more", { count: count(texts.length - NAMED) });
    return node("li", {}, told(look), node("br"), named, more);
  });
  return lines.length ? [node("h3", {}, say("What to look at next")), node("ol", {}, lines)] : [];
}
