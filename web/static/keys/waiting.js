// What this browser has signed and the ledger has given no receipt for, at the top of a page. It is sent
// when one says so; what was recorded already is not recorded twice.

import { told as translated } from "../phrases.js";
import { count, say, whyOf } from "../words.js";
import { actions, button, el, icon, notice, show } from "./dom.js";
import { showReceipts } from "./receipts.js";
import { sendAll } from "./send.js";
import { settle, signedOf } from "./store.js";

const FEW = 50;

const place = document.querySelector("[data-outbox]");
const { origin, party } = place.dataset;

async function showWaiting() {
  const lines = await signedOf(origin, party);
  const waiting = lines.filter((line) => !line.problem);
  const refused = lines.filter((line) => line.problem);
  place.hidden = !lines.length;
  if (lines.length) {
    show(place, waiting.length ? unsent(waiting) : null, refused.length ? unwanted(refused) : null);
  }
}

function unsent(lines) {
  const bar = el("progress", { value: 0, max: lines.length, hidden: true, "aria-label": say("Recording") });
  const said = el("p", {});
  const send = async (event) => {
    event.target.disabled = true;
    bar.hidden = false;
    const told = [];
    try {
      for await (const answered of sendAll(lines)) {
        told.push(...answered);
        bar.value = told.length;
      }
      await showReceipts(place, told);
    } catch (error) {
      said.textContent = whyOf(error);
      event.target.disabled = false;
    }
  };
  const title = say("Signed here, and not recorded yet: %(count)s", { count: count(lines.length) });
  return notice(
    "notice",
    el("p", {}, icon("check"), " ", el("strong", {}, title)),
    details(lines.map((line) => line.headline)),
    said,
    bar,
    actions(button(say("Send it now"), send, "")),
  );
}

function unwanted(lines) {
  const remove = async () => {
    await settle(lines, []);
    await showWaiting();
  };
  const title = say("Signed here, and refused by the ledger: %(count)s", { count: count(lines.length) });
  return notice(
    "fault",
    el("p", {}, icon("stop"), " ", el("strong", {}, title)),
    details(lines.map((line) => `${line.headline}${say(": ")}${translated(line.problem.detail)}`)),
    actions(button(say("Remove from this list"), remove)),
  );
}

const details = (texts) =>
  el(
    "details",
    {},
    el("summary", {}, say("What it is")),
    el("ul", {}, texts.slice(0, FEW).map((text) => el("li", {}, text))),
  );

await showWaiting();
