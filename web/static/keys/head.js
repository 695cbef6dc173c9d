// The head that one signs after: it must be of one history with the last that this browser saw.

import { say } from "../words.js";
import { demandConsistent, Fork, keepVkey, keptVkey, remember } from "../log/heads.js";
import { demand } from "../verify/refusal.js";
import { download, el, notice } from "./dom.js";
import { headOf } from "./sign.js";

// The verifier key of the log of *origin*: the one that is kept, else the one that it says itself.
export async function vkeyOf(origin, key = null) {
  const kept = keptVkey(origin);
  demand(!kept || !key || kept === key.vkey, "the ledger's own key is not the one that is kept");
  if (kept ?? key?.vkey) return kept ?? key.vkey;
  const said = (await (await fetch("/log/vkey")).text()).trim();
  demand(said.startsWith(`${origin}+`), `this is not the ledger ${origin}`);
  keepVkey(said);
  return said;
}

// Every head that *reads* would be signed after; *key* knows the log's own key, if there is one.
export async function demandSameHistory(reads, key) {
  const vkey = await vkeyOf(reads[0].said["chiptrail:ledger"], key);
  for (const note of new Set(reads.map(headOf))) {
    await demandConsistent(note, vkey);
    remember(note);
  }
}

// After something was recorded: the newest head goes on from the last, or *place* says that it does not.
export async function renewHead(origin, place) {
  try {
    const answer = await fetch("/log/checkpoint");
    if (!answer.ok) return;
    const note = await answer.text();
    await demandConsistent(note, await vkeyOf(origin));
    remember(note);
  } catch (error) {
    const shown = notice("fault", el("p", {}, error.message));
    noteForks(shown, error);
    place.prepend(shown);
  }
}

// With *shown* goes the evidence, where the ledger has shown two histories.
export function noteForks(shown, error) {
  if (!(error instanceof Fork)) return;
  const save = () => download(error.fileName, error.evidence);
  shown.append(
    el("p", {}, say("Tell the ledger's operator and your partners: this is evidence against it.")),
    el("div", { class: "actions" }, el("button", { type: "button", click: save }, say("Save the evidence"))),
  );
}
