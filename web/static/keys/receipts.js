// What became of what was signed: a line for each, with where it stands in the log.

import { count, say } from "../words.js";
import { download, el, icon, mono, notice, show, stamp } from "./dom.js";
import { demandRecorded, noteForks } from "./head.js";

const FEW = 100;

// *told*: [{line, receipt | problem}], in order. That the log has them is checked while they are shown.
export async function showReceipts(place, told) {
  const done = told.filter((one) => one.receipt);
  const refused = told.filter((one) => !one.receipt);
  const proof = el("p", {});
  const title = say("Recorded: %(count)s", { count: count(done.length) });
  show(
    place,
    el("h3", { tabindex: -1 }, el("span", { class: "verdict clear" }, icon("clear"), " ", title)),
    refused.length ? refusals(refused) : null,
    done.length ? [proof, table(done.slice(0, FEW))] : null,
    done.length > FEW ? el("p", {}, say("The first %(count)s are shown.", { count: count(FEW) })) : null,
    done.length === 1 ? code(done[0].receipt.index) : null,
    actions(done),
  );
  place.querySelector("h3").focus();
  if (done.length) await showProof(proof, done);
}

async function showProof(place, done) {
  try {
    const size = count(await demandRecorded(done));
    place.textContent = say("This browser has checked that the signed log of %(size)s entries has it.", { size });
  } catch (error) {
    const shown = notice("fault", el("p", {}, error.message));
    noteForks(shown, error);
    place.replaceWith(shown);
  }
}

function actions(done) {
  const save = () => download("receipts.json", JSON.stringify(done.map((one) => one.receipt), null, 1));
  const item = done.length === 1 ? done[0].line.item : null;
  const bundle = `/api/v1/items/${encodeURIComponent(item)}/bundle`;
  return el(
    "div",
    { class: "actions" },
    item ? el("a", { class: "button quiet", href: bundle }, say("Bundle for others")) : null,
    el("button", { type: "button", class: "quiet", click: save }, say("Save the receipts")),
    el("button", { type: "button", class: "quiet", click: () => print() }, say("Print")),
  );
}

function table(done) {
  const rows = done.map(({ line, receipt }) =>
    el(
      "tr",
      {},
      el("td", {}, el("a", { href: `/entries/${receipt.index}` }, say("Entry %(index)s", { index: receipt.index }))),
      el("td", {}, line.headline),
      el("td", {}, stamp(receipt.recordedAt)),
      el("td", {}, mono(receipt.identity, 16)),
    ),
  );
  const heads = [say("Receipt"), say("What was signed"), say("Recorded"), say("Identity")];
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": say("Receipts") },
    el("table", {}, el("thead", {}, el("tr", {}, heads.map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, rows)),
  );
}

// Whoever scans it comes to the page of the entry.
function code(index) {
  const text = say("QR code that leads to entry %(index)s", { index });
  return el("p", {}, el("img", { src: `/entries/${index}/qr.svg`, alt: text, width: 132, height: 132 }));
}

function refusals(refused) {
  const lines = refused.slice(0, FEW).map(({ line, problem }) => el("li", {}, `${line.headline}: ${problem.detail}`));
  const title = say("Refused: %(count)s", { count: count(refused.length) });
  return el("section", { class: "fault", role: "alert" }, el("p", {}, icon("stop"), " ", title), el("ul", {}, lines));
}
