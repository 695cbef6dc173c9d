// What became of what was signed: a line for each, with where it stands in the log.

import { count, say } from "../words.js";
import { download, el, icon, mono, show, stamp } from "./dom.js";

const FEW = 100;

// *told*: [{line, receipt | problem}], in order.
export function showReceipts(place, told) {
  const done = told.filter((one) => one.receipt);
  const refused = told.filter((one) => !one.receipt);
  const title = say("Recorded: %(count)s", { count: count(done.length) });
  const save = () => download("receipts.json", JSON.stringify(done.map((one) => one.receipt), null, 1));
  show(
    place,
    el("h3", { tabindex: -1 }, el("span", { class: "verdict clear" }, icon("clear"), " ", title)),
    refused.length ? refusals(refused) : null,
    done.length ? table(done.slice(0, FEW)) : null,
    done.length > FEW ? el("p", {}, say("The first %(count)s are shown.", { count: count(FEW) })) : null,
    el(
      "div",
      { class: "actions" },
      el("button", { type: "button", class: "quiet", click: save }, say("Save the receipts")),
      el("button", { type: "button", class: "quiet", click: () => print() }, say("Print")),
    ),
  );
  place.querySelector("h3").focus();
}

function table(done) {
  const rows = done.map(({ line, receipt }) =>
    el(
      "tr",
      {},
      el("td", {}, el("a", { href: `/entries/${receipt.index}` }, say("Entry %(index)s", { index: receipt.index }))),
      el("td", {}, line.headline),
      el("td", {}, stamp(receipt.recordedAt)),
      el("td", {}, mono(receipt.identity)),
    ),
  );
  const heads = [say("Receipt"), say("What was signed"), say("Recorded"), say("Identity")];
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": say("Receipts") },
    el("table", {}, el("thead", {}, el("tr", {}, heads.map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, rows)),
  );
}

function refusals(refused) {
  const lines = refused.slice(0, FEW).map(({ line, problem }) => el("li", {}, `${line.headline}: ${problem.detail}`));
  const title = say("Refused: %(count)s", { count: count(refused.length) });
  return el("section", { class: "fault", role: "alert" }, el("p", {}, icon("stop"), " ", title), el("ul", {}, lines));
}
