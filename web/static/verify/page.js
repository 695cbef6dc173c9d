// The verifier as a page: choose a bundle and a key, see what it proves. All of it happens here; once
// loaded, the page asks no server anything.

import { keepVkey, keptVkey } from "../log/heads.js";
import { say, sayReason, whyOf } from "../words.js";
import { decodeBase64 } from "./bytes.js";
import { hindrance } from "./digest.js";
import { icon, node } from "./draw.js";
import { publicKey } from "./ed25519.js";
import { drawMatching } from "./matching.js";
import { parseVkey } from "./note.js";
import { drawBundle, drawEvidence } from "./result.js";
import { strangerIn } from "./stranger.js";

const LIMIT = 64 << 20;
const root = document.getElementById("verifier");
const served = root.dataset.vkey ?? "";
const kept = served && keptVkey(served.split("+", 1)[0]);
const parts = drawForm();
let chosen = null;
let worker = startWorker(); // at once, so that it is there when the connection is not
let isBusy = false;
let matching = null;

hindrance().then((why) => why && complain([["file", say(why)]]));

// The form -------------------------------------------------------------------------------------------

function drawForm() {
  const file = node("input", { id: "file", type: "file", accept: ".json,application/json" });
  const vkey = node("input", { id: "vkey", spellcheck: "false", autocomplete: "off", "aria-describedby": "vkey-hint" });
  const witnesses = node("textarea", { id: "witnesses", rows: 2, spellcheck: "false", "aria-describedby": "witnesses-hint" });
  const quorum = node("input", { id: "quorum", type: "number", min: 0, inputmode: "numeric", "aria-describedby": "quorum-hint" });
  const pins = node("textarea", { id: "pins", rows: 2, spellcheck: "false", "aria-describedby": "pins-hint" });
  const name = node("strong", { role: "status" });
  const drop = node("label", { class: "drop", for: "file" }, icon("upload"), " ", say("Drop a bundle here, or choose one"), " ", name, file);
  const faults = node("div");
  const form = node(
    "form",
    { novalidate: true },
    faults,
    drop,
    node("div", { class: "field" }, node("label", { for: "vkey" }, say("Verifier key of the log")), node("p", { class: "hint", id: "vkey-hint" }, hintOfKey()), vkey),
    node(
      "details",
      { class: "screen" },
      node("summary", {}, say("Witnesses, and keys that you know")),
      node("div", { class: "field" }, node("label", { for: "witnesses" }, say("Verifier keys of witnesses that you trust, one a line")), node("p", { class: "hint", id: "witnesses-hint" }, say("A witness says that it saw no larger history of this log, and when.")), witnesses),
      node("div", { class: "field" }, node("label", { for: "quorum" }, say("How many of them must have signed")), node("p", { class: "hint", id: "quorum-hint" }, say("All of them, if you leave this empty.")), quorum),
      node("div", { class: "field" }, node("label", { for: "pins" }, say("Public keys of parties that you know already, PARTY=KEY, one a line")), node("p", { class: "hint", id: "pins-hint" }, say("Of a party that is named no other key is taken, whoever enrolled it.")), pins),
    ),
    node("div", { class: "actions" }, node("button", {}, icon("clear"), " ", say("Verify"))),
  );
  vkey.value = kept || served;
  const result = node("section", { id: "result" });
  root.replaceChildren(form, result);
  return { form, file, vkey, witnesses, quorum, pins, name, drop, faults, result };
}

function hintOfKey() {
  if (!served) return say("Take it from the ledger's operator by another way than the bundle. It is kept in this browser once a bundle verified by it.");
  if (kept && kept !== served) {
    return node("span", { class: "wrong" }, icon("stop"), " ", say("This server now says another key than at an earlier visit. The earlier one is filled in; ask the operator, by another way, what happened."));
  }
  const same = kept ? [say("It is the same as at an earlier visit."), " "] : [];
  return node("span", {}, ...same, say("Filled in is what this server says of itself. A key from the same hands as the bundle proves less: compare it with one that you got by another way."));
}

parts.form.addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});
parts.file.addEventListener("change", () => choose(parts.file.files[0], ""));
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  parts.drop.classList.add("over");
});
document.addEventListener("dragleave", () => parts.drop.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  parts.drop.classList.remove("over");
  const [file] = event.dataTransfer.files;
  choose(file, file?.name);
});

// *name* is what the browser does not say beside its button already.
async function choose(file, name) {
  if (!file) return;
  chosen = file;
  parts.name.textContent = name;
  if (!parts.vkey.value.trim()) parts.vkey.value = keptVkey(await originIn(file)) ?? "";
  if (parts.vkey.value || (await strangerIn(file))) start();
  else parts.vkey.focus();
}

// The log that the file says it is of: good enough to look up a key, which then has to fit.
async function originIn(file) {
  if (file.size > LIMIT) return "";
  return /"checkpoints?"\s*:\s*\[?\s*"([^"\\]+)\\n/.exec(await file.text())?.[1] ?? "";
}

// Verifying ------------------------------------------------------------------------------------------

async function start() {
  const hindered = await hindrance();
  if (hindered) complain([["file", say(hindered)]]);
  const trust = hindered ? null : await readTrust();
  if (trust === null) return;
  if (isBusy) {
    worker.terminate();
    worker = startWorker();
  }
  isBusy = true;
  const bar = node("progress", { id: "progress", "aria-label": say("Verifying") });
  parts.result.replaceChildren(node("p", { role: "status" }, say("Verifying")), bar);
  const bytes = new Uint8Array(await chosen.arrayBuffer());
  worker.onmessage = ({ data }) => hear(data, trust, bar);
  worker.onerror = () => complain([["file", say("The verifier did not start: reload the page.")]]);
  worker.postMessage({ bytes, trust }, [bytes.buffer]);
}

// What is typed, or null if something in it is to be mended.
async function readTrust() {
  const faults = [];
  const stranger = chosen && (await strangerIn(chosen));
  if (stranger) {
    complain([["file", stranger]]);
    return null;
  }
  const lines = linesOf(parts.witnesses);
  const pins = linesOf(parts.pins).map((line) => /^([^=]+)=(.*)$/.exec(line)?.slice(1) ?? [line, ""]);
  const trust = { vkey: parts.vkey.value.trim(), witnesses: lines, quorum: lines.length, pins };
  if (!chosen) faults.push(["file", say("Choose a bundle first.")]);
  else if (chosen.size > LIMIT) faults.push(["file", say("The file is over 64 MiB, more than a bundle may have.")]);
  await parseVkey(trust.vkey).catch((error) => faults.push(["vkey", `${say("Verifier key of the log")}${say(": ")}${whyOf(error)}`]));
  for (const line of lines) {
    await parseVkey(line).catch((error) => faults.push(["witnesses", `${say("Witnesses")}${say(": ")}${whyOf(error)}`]));
  }
  for (const [party, key] of pins) {
    const read = async () => publicKey(decodeBase64(key));
    await read().catch((error) => faults.push(["pins", `${party}${say(": ")}${whyOf(error)}`]));
  }
  if (parts.quorum.value !== "") trust.quorum = Number(parts.quorum.value);
  const isCount = Number.isInteger(trust.quorum) && trust.quorum >= 0 && trust.quorum <= lines.length;
  if (!isCount) faults.push(["quorum", say("Want a number of witnesses, at most as many as are named.")]);
  complain(faults);
  return faults.length ? null : trust;
}

const linesOf = ({ value }) => value.split("\n").map((line) => line.trim()).filter(Boolean);

function complain(faults) {
  for (const id of ["file", "vkey", "witnesses", "quorum", "pins"]) {
    const isWrong = faults.some(([name]) => name === id);
    parts[id].toggleAttribute("aria-invalid", false);
    if (isWrong) parts[id].setAttribute("aria-invalid", "true");
    const details = parts[id].closest("details");
    if (isWrong && details) details.open = true;
  }
  parts.faults.replaceChildren();
  if (!faults.length) return;
  const links = faults.map(([id, text]) => node("li", {}, node("a", { href: `#${id}` }, text)));
  const summary = node("section", { class: "fault", role: "alert", tabindex: "-1" }, node("h2", {}, say("There is something to mend")), node("ul", {}, links));
  parts.faults.append(summary);
  parts.result.replaceChildren();
  summary.focus();
}

function hear({ progress, bundle, sha256, evidence, checked, refused }, trust, bar) {
  if (checked) {
    matching.show(checked);
    return;
  }
  if (progress) {
    Object.assign(bar, { max: progress.total, value: progress.done });
    return;
  }
  isBusy = false;
  if (refused) {
    complain([["file", sayReason(refused)]]);
    return;
  }
  parts.result.replaceChildren(...(evidence ? drawEvidence(evidence) : drawBundle(bundle, { name: chosen.name, sha256, vkey: trust.vkey })));
  if (bundle?.verified) {
    keepVkey(trust.vkey);
    matching = drawMatching(bundle.verified, (serials) => worker.postMessage({ serials }));
    parts.result.append(matching.form);
  } else if (bundle) offerKept(bundle.failed, trust);
  parts.result.querySelector("h2").focus();
}

// A key that this browser knows of the log that the file says it is of.
function offerKept({ claimed, step }, { vkey }) {
  const known = step === 2 && claimed ? keptVkey(claimed) : null;
  if (!known || known === vkey) return;
  const button = node("button", { type: "button" }, say("Use the key that this browser keeps of %(origin)s", { origin: claimed }));
  button.addEventListener("click", () => {
    parts.vkey.value = known;
    start();
  });
  parts.result.append(node("div", { class: "actions" }, button));
}

// Its text stands in the page itself where that is a single file.
function startWorker() {
  const inline = document.getElementById("worker");
  if (!inline) return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  return new Worker(URL.createObjectURL(new Blob([inline.textContent], { type: "text/javascript" })));
}
