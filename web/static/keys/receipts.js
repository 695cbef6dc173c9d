// What became of what was signed: a line for each, with where it stands in the log.

import { told as translated } from "../phrases.js";
import { count, say, whyOf } from "../words.js";
import { actions, button, download, el, fault, icon, mono, show, stamp } from "./dom.js";
import { demandRecorded, noteForks } from "./head.js";

const FEW = 100;
const MOST_IN_BUNDLE = 1000; // as the server has it

// *told*: [{line, receipt | problem}], in order. That the log has them is checked while they are shown.
export async function showReceipts(place, told) {
  const done = told.filter((one) => one.receipt);
  const refused = told.filter((one) => !one.receipt);
  const only = done.length === 1 ? done[0] : null;
  // A shipment that takes the place of another is signed beside what takes that one back.
  const shipments = done.filter((one) => one.line.ships);
  const chief = shipments.length === 1 ? shipments[0] : only;
  const proof = el("p", {});
  const title = say("Recorded: %(count)s", { count: count(done.length) });
  show(
    place,
    el("h3", { tabindex: -1 }, el("span", { class: "verdict clear" }, icon("clear"), " ", title)),
    refused.length ? refusals(refused) : null,
    done.length ? [proof, table(done.slice(0, FEW))] : null,
    done.length > FEW ? el("p", {}, say("The first %(count)s are shown.", { count: count(FEW) })) : null,
    chief && code(chief.receipt.index),
    chief?.line.ships ? toTell(chief) : null,
    waysOf(done, chief),
  );
  place.querySelector("h3").focus();
  if (done.length) await showProof(proof, done);
}

async function showProof(place, done) {
  try {
    const size = count(await demandRecorded(done));
    const said = say("This browser has checked that the signed log of %(size)s entries has it.", { size });
    place.textContent = said;
  } catch (error) {
    const shown = fault(whyOf(error));
    noteForks(shown, error);
    place.replaceWith(shown);
  }
}

function waysOf(done, chief) {
  const receipts = done.map((one) => one.receipt);
  const save = () => download("receipts.json", JSON.stringify(receipts, null, 1));
  const onward = document.querySelector("[data-onward]")?.content.cloneNode(true);
  return actions(chief && waysOn(chief), onward, button(say("Save the receipts"), save), button(say("Print"), () => print()));
}

// What one does next with what it is about.
function waysOn({ line, receipt }) {
  const link = (href, text) => el("a", { class: "button quiet", href }, text);
  const labels = line.ships
    ? `/shipments/${receipt.index}/labels`
    : line.item && `/items/${encodeURIComponent(line.item)}/label`;
  return [
    line.item && !line.ships ? link(`/items/${encodeURIComponent(line.item)}`, say("The item")) : null,
    line.ships ? link(`/shipments/${receipt.index}`, say("The shipment")) : null,
    labels ? link(labels, say("Print labels")) : null,
    line.items && line.items <= MOST_IN_BUNDLE ? link(`/entries/${receipt.index}/bundle`, say("Bundle for others")) : null,
  ];
}

function toTell({ receipt }) {
  const address = `${location.origin}/shipments/${receipt.index}`;
  return el("p", {}, say("Tell the consignee: this link leads there to receive it."), " ", mono(address));
}

function table(done) {
  const heads = [say("Receipt"), say("What was signed"), say("Recorded"), say("Identity")];
  const head = heads.map((text) => el("th", { scope: "col" }, text));
  const rows = done.map(({ line, receipt }) => {
    const { index } = receipt;
    const link = el("a", { href: `/entries/${index}` }, say("Entry %(index)s", { index }));
    const cells = [link, line.headline, stamp(receipt.recordedAt), mono(receipt.identity, 16)];
    return el("tr", {}, cells.map((cell) => el("td", {}, cell)));
  });
  const made = el("table", { class: "receipts" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows));
  const label = say("Receipts");
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, made);
}

// Whoever scans it comes to the page of the entry.
function code(index) {
  const text = say("QR code that leads to entry %(index)s", { index });
  return el("p", {}, el("img", { src: `/entries/${index}/qr.svg`, alt: text, width: 132, height: 132 }));
}

function refusals(refused) {
  const told = refused.slice(0, FEW);
  const lines = told.map(({ line, problem }) => el("li", {}, `${line.headline}${say(": ")}${translated(problem.detail)}`));
  const shown = fault(say("Refused: %(count)s", { count: count(refused.length) }));
  shown.append(el("ul", {}, lines));
  return shown;
}
