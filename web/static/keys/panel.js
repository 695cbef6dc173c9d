// The sign panel of a page: what is to be signed, read from its exact bytes; what the ledger would find;
// the key; then signing, sending and the receipts. The markup is templates/keys/macros.html's.
//
// What a page marks with data-until-signed holds until then: it goes as soon as something is signed.
// When all is recorded the panel's element gets the event "chiptrail:recorded", whose detail are the
// receipts in order.

import { count, say, whyOf } from "../words.js";
import { decodeBase64 } from "../verify/bytes.js";
import { hindrance } from "../verify/digest.js";
import { Refusal } from "../verify/refusal.js";
import { actions, breathe, button, el, fault, field, mono, notice, show } from "./dom.js";
import { showFound } from "./found.js";
import { demandSameHistory, noteForks } from "./head.js";
import { keysThatSign } from "./own_keys.js";
import { readPrepared } from "./payload.js";
import { showReceipts } from "./receipts.js";
import { rehearse } from "./rehearse.js";
import { sendAll } from "./send.js";
import { demandOurs, sign } from "./sign.js";
import { keepSigned } from "./store.js";
import { describe, headlineOf, isShipment, nameOf } from "./words_of_event.js";

const FEW = 10;
const EYE_MS = 100;

const root = document.querySelector("[data-sign]");
const block = root.querySelector("[data-prepared]");
const live = root.querySelector("[data-sign-live]");
const part = (name) => el("div", { class: name });
// What the server has found stands until the ledger is asked again, for the key that signs.
const found = live.querySelector(".found");
const parts = { said: part("said"), found, act: part("act"), after: part("after") };
live.append(...Object.values(parts));

async function begin() {
  const why = await hindrance();
  if (why) {
    show(parts.said, notice("notice", el("p", {}, say(why))));
    return;
  }
  root.querySelector("details.elsewhere").open = false;
  const reads = await readAll();
  showPayloads(reads);
  const keys = await keysFor(reads[0]);
  await demandSameHistory(reads, keys[0]);
  if (keys.length) await askToSign(reads, keys);
  else show(parts.act, noKey(reads[0]));
}

// Those that may sign it, the likeliest first: of a revocation the key that it is about.
async function keysFor({ said }) {
  const keys = await keysThatSign(said["chiptrail:ledger"], said["chiptrail:party"]);
  const isMeant = ({ keyid }) => said.statement === "key-revocation" && keyid === said.keyid;
  return [...keys.filter(isMeant), ...keys.filter((key) => !isMeant(key))];
}

// Nothing was signed, for the reason in *error*; what has no such reason may pass, and is tried again.
function refuse(error) {
  show(parts.act);
  const shown = fault(whyOf(error));
  shown.prepend(el("h3", {}, say("This is not signed")));
  noteForks(shown, error);
  if (!(error instanceof Refusal)) shown.append(actions(button(say("Try again"), beginAgain, "")));
  showStopped(shown);
}

// What was pressed is gone: whoever has no mouse goes on from here.
function showStopped(shown) {
  shown.tabIndex = -1;
  show(parts.after, shown);
  shown.focus();
}

async function beginAgain() {
  show(parts.after);
  await begin().catch(refuse);
  parts.act.querySelector("select, button, a")?.focus();
}

// What is signed -----------------------------------------------------------------------------------

async function readAll() {
  const bar = progress(parts.said, say("Reading what is to be signed"));
  const lines = JSON.parse(block.value);
  const reads = [];
  for (const line of lines) {
    reads.push(await readPrepared(line));
    if (reads.length % 50 === 0) await breathe();
    bar(reads.length, lines.length);
  }
  if (!reads.length) throw new Error(say("There is nothing to sign."));
  return reads;
}

function showPayloads(reads) {
  const place = el("ol", { class: "payloads" });
  const more = button("", () => grow());
  function grow() {
    const from = place.childElementCount;
    place.append(...reads.slice(from, from + FEW).map(card));
    more.hidden = place.childElementCount === reads.length;
    const left = count(reads.length - place.childElementCount);
    more.textContent = say("Show more: %(count)s are left", { count: left });
  }
  grow();
  const title = say("To sign: %(count)s", { count: count(reads.length) });
  show(parts.said, reads.length > 1 ? el("p", {}, el("strong", {}, title)) : null, place, more);
}

function card(read) {
  return el(
    "li",
    { class: "card" },
    el("h3", {}, headlineOf(read)),
    describe(read),
    el("p", { class: "hint" }, say("SHA-256 of the exact bytes"), " ", mono(read.hash)),
  );
}

// Signing -----------------------------------------------------------------------------------------

async function askToSign(reads, keys, key = keys[0]) {
  show(parts.act);
  const bar = progress(parts.found, say("Asking the ledger what it would find"));
  const found = await rehearse(reads, key.keyid, (done) => bar(done, reads.length));
  showFound(parts.found, found, reads);
  const isRefused = found.refused.length > 0;
  const isContradicted = found.findings.some(({ tier }) => tier === "contraindicated");
  const change = (other) => askToSign(reads, keys, other).then(() => document.getElementById("sign-key").focus(), refuse);
  const choice = choiceOf(keys, key, change);
  if (isRefused) show(parts.act, keys.length > 1 ? choice : null);
  else show(parts.act, signForm(choice, isContradicted, () => signAndSend(reads, key)));
}

function choiceOf(keys, chosen, choose) {
  const option = ({ keyid, madeAt }) =>
    el(
      "option",
      { value: keyid, selected: keyid === chosen.keyid },
      say("%(keyid)s, here since %(day)s", { keyid: keyid.slice(0, 16), day: madeAt.slice(0, 10) }),
    );
  const change = (event) => choose(keys.find(({ keyid }) => keyid === event.target.value));
  return field(say("Sign with the key"), el("select", { id: "sign-key", change }, keys.map(option)));
}

function signForm(choice, isContradicted, go) {
  const sure = el("input", { type: "checkbox", id: "sign-sure", required: true });
  const doubt = say("Record it although signed statements contradict it");
  const doubted = [sure, el("label", { for: sure.id, class: "inline" }, doubt)];
  const submit = (event) => {
    event.preventDefault();
    go();
  };
  return el(
    "form",
    { submit },
    choice,
    isContradicted ? el("p", {}, doubted) : null,
    el("p", { class: "hint" }, say("What is recorded stays for good: it can be corrected, never removed.")),
    actions(el("button", {}, say("Sign and record"))),
  );
}

async function signAndSend(reads, key) {
  show(parts.act);
  let lines;
  try {
    lines = await signAll(reads, key);
    await keepSigned(lines);
    for (const one of document.querySelectorAll("[data-until-signed]")) one.hidden = true;
  } catch (error) {
    refuse(error);
    return;
  }
  await sendOn(lines, []);
}

// What is signed is taken from the page anew, and must be what was shown.
async function signAll(reads, key) {
  const bar = progress(parts.after, say("Signing"));
  const again = JSON.parse(block.value);
  const lines = [];
  for (const [at, read] of reads.entries()) {
    demandOurs(read, key);
    const bytes = decodeBase64(again[at]?.payload ?? "");
    const body = JSON.stringify(await sign({ ...read, bytes }, read.hash, key));
    const { keyid, origin, party } = key;
    const headline = headlineOf(read);
    const items = Object.values(read.lists).flat();
    const about = { headline, item: items.length === 1 ? items[0] : null, items: items.length, ships: isShipment(read) };
    lines.push({ origin, party, keyid, at: new Date().toISOString(), ...about, body, problem: null });
    if (at % 100 === 99) await breathe();
    bar(at + 1, reads.length);
  }
  return lines;
}

async function sendOn(lines, told) {
  const bar = progress(parts.after, say("Recording"));
  const left = lines.slice(told.length);
  try {
    for await (const answered of sendAll(left)) {
      told.push(...answered);
      bar(told.length, lines.length);
    }
  } catch (error) {
    showInterrupted(error, lines, told);
    return;
  }
  root.querySelector("details.elsewhere").hidden = true;
  await showReceipts(parts.after, told);
  const receipts = told.map((one) => one.receipt ?? null);
  root.dispatchEvent(new CustomEvent("chiptrail:recorded", { detail: receipts, bubbles: true }));
}

function showInterrupted(error, lines, told) {
  const values = { done: count(told.length), all: count(lines.length) };
  const shown = notice("fault", el("h3", {}, say("Recorded %(done)s of %(all)s", values)));
  const kept = say("The rest is signed and kept in this browser. Nothing is recorded twice.");
  const again = button(say("Send the rest"), () => sendOn(lines, told), "");
  shown.append(el("p", {}, whyOf(error)), el("p", {}, kept), actions(error.isSignedOut ? signIn() : null, again));
  showStopped(shown);
}

// Beside this page, since it holds what was signed.
const signIn = () => el("a", { class: "button", href: "/sign-in", target: "_blank" }, say("Sign in"));

function noKey(read) {
  const party = nameOf(read, read.said["chiptrail:party"]);
  return notice(
    "notice",
    el("p", {}, say("This browser has no key of %(party)s that is enrolled.", { party })),
    el("p", {}, el("a", { href: "/keys", target: "_blank" }, say("Make a key, or restore one from its backup"))),
    el("p", {}, say("It opens beside this page, where all that you typed is kept.")),
    actions(button(say("Try again"), beginAgain, "")),
  );
}

// Show in *place* how far it is, in true figures, as often as an eye can follow.
function progress(place, what) {
  let shownAt = -Infinity;
  const bar = el("progress", { value: 0, max: 1, "aria-label": what });
  const figure = el("span", { class: "number" });
  show(place, el("p", {}, what, " ", figure), bar);
  return (done, all) => {
    if (done < all && performance.now() - shownAt < EYE_MS) return;
    shownAt = performance.now();
    bar.value = done / all;
    figure.textContent = `${count(done)} / ${count(all)}`;
  };
}

await begin().catch(refuse);
