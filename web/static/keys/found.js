// What the ledger would find, told before anybody signs: each with what shows it, and what mends it.

import { told } from "../phrases.js";
import { retell } from "../verify/names.js";
import { count, say } from "../words.js";
import { el, icon, mono, notice, show } from "./dom.js";
import { headlineOf } from "./words_of_event.js";

const FEW = 20;
const LOOKS = { contraindicated: "stop", warning: "check", none: "unknown", affirming: "clear" };

// Show what rehearse.js has *found* of *reads* in *place*.
export function showFound(place, { findings, refused, names }, reads) {
  const lines = findings.slice(0, FEW).map((one) => finding(one, reads, names));
  const faults = refused.slice(0, FEW).map((one) => refusal(one, reads, names));
  const nothing = say("Nothing stands against it");
  const clear = el("span", { class: "verdict clear" }, icon("clear"), " ", nothing);
  const more = count(findings.length - FEW);
  show(
    place,
    el("h3", {}, say("Before you sign")),
    faults.length ? refusals(faults) : null,
    lines.length ? el("ul", { class: "found" }, lines) : null,
    findings.length > FEW ? el("p", {}, say("and %(count)s more", { count: more })) : null,
    lines.length || faults.length ? null : el("p", {}, clear),
  );
}

const refusals = (lines) =>
  notice("fault", el("p", {}, say("The ledger would not take this:")), el("ul", {}, lines));

function refusal({ at, detail, pointer }, reads, names) {
  const said = [headlineOf(reads[at]), say(": "), retell(detail, names), " "];
  return el("li", {}, icon("stop"), " ", said, pointer ? mono(pointer) : null);
}

function finding({ tier, code, message, cites, items, remedy, at }, reads, names) {
  const where = cites.map((index) => [" ", el("a", { href: `/entries/${index}` }, `#${index}`)]);
  const hints = [
    reads.length > 1 ? say("On %(count)s of them", { count: count(at.length) }) : null,
    onItems(items.length),
    remedy ? say("What mends it: %(remedy)s", { remedy: told(remedy) }) : null,
  ];
  return el(
    "li",
    {},
    el("span", { class: `verdict ${LOOKS[tier]}` }, icon(LOOKS[tier]), " ", wordOf(tier)),
    " ",
    retell(message, names),
    cites.length ? el("span", { class: "hint" }, " ", say("Shown by entry"), where) : null,
    hints.filter(Boolean).map((text) => el("p", { class: "hint" }, text)),
    el("p", { class: "hint" }, el("code", {}, code)),
  );
}

// Of what is judged the ledger names so many items of an entry at most (docs/findings.md).
const MOST_NAMED = 100;

function onItems(length) {
  if (length < 2) return null;
  const values = { count: count(length) };
  return length < MOST_NAMED ? say("On %(count)s items", values) : say("On %(count)s items or more", values);
}

function wordOf(tier) {
  const words = { contraindicated: say("contradiction"), warning: say("warning"), none: say("unknown") };
  return words[tier] ?? say("in order");
}
