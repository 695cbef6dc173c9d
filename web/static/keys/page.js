// The page of keys: what this browser keeps beside what is enrolled; keys made, restored, backed up.
// The markup is templates/keys/keys.html's.

import { say } from "../words.js";
import { hindrance } from "../verify/digest.js";
import { isSealed, open, seal } from "./backup.js";
import { download, el, icon, mono, notice, show, stamp } from "./dom.js";
import { vkeyOf } from "./head.js";
import { keep, makeSeed, requestOf } from "./make.js";
import { enrolledKeys } from "./own_keys.js";
import { forgetKey, keepKey, keysOf } from "./store.js";

const LEAST = 12;

const root = document.querySelector("[data-keys]");
const { origin, party } = root.dataset;
const place = (name) => root.querySelector(`[data-place="${name}"]`);

// What is here ------------------------------------------------------------------------------------

async function showLocal() {
  const [mine, enrolled] = [await keysOf(origin, party), await enrolledKeys(party)];
  const live = mine.find(({ keyid }) => enrolled.get(keyid)?.revokedBy === null);
  if (!mine.length) {
    show(place("local"), el("p", {}, say("This browser keeps no key of your party.")));
    return;
  }
  const cards = mine.map((key) => card(key, enrolled.get(key.keyid), live));
  show(place("local"), el("div", { class: "cards" }, cards));
}

function card(key, enrolled, live) {
  const after = el("div", {});
  const [word, look] = stateOf(enrolled);
  return el(
    "section",
    { class: "card", "data-keyid": key.keyid },
    el("h3", {}, el("span", { class: `verdict ${look}` }, icon(look), " ", word), " ", mono(key.keyid)),
    el(
      "dl",
      {},
      el("dt", {}, say("In this browser since")),
      el("dd", {}, stamp(key.madeAt)),
      el("dt", {}, say("Last backed up")),
      el("dd", {}, key.backedUpAt ? stamp(key.backedUpAt) : say("never")),
    ),
    el("div", { class: "actions" }, enrolled ? ofEnrolled(key, enrolled, after) : ofNew(key, live, after)),
    after,
  );
}

function stateOf(enrolled) {
  if (!enrolled) return [say("Waits to be enrolled"), "check"];
  return enrolled.revokedBy === null ? [say("Signs"), "clear"] : [say("Revoked"), "stop"];
}

function ofEnrolled(key, { revokedBy }, after) {
  const prove = el("button", { type: "button", class: "quiet", click: () => askForBackup(key, after) }, say("Try the backup"));
  const revoke = el("a", { class: "button quiet", href: `/keys/${key.keyid}/revocation` }, say("Revoke"));
  return revokedBy === null ? [prove, revoke] : [removal(key, after)];
}

function ofNew(key, live, after) {
  const save = async () => download(`${key.keyid.slice(0, 16)}.request`, await requestOf(key, live));
  const ask = el("button", { type: "button", click: save }, say("Save the request"));
  const prove = el("button", { type: "button", class: "quiet", click: () => askForBackup(key, after) }, say("Try the backup"));
  return [ask, prove, removal(key, after)];
}

function removal(key, after) {
  const remove = async () => {
    await forgetKey(key.keyid);
    await showLocal();
  };
  const warn = () =>
    show(
      after,
      notice(
        "fault",
        el("p", {}, say("Without its backup the key is lost for good.")),
        el("button", { type: "button", class: "danger", click: remove }, say("Remove it from this browser")),
      ),
    );
  return el("button", { type: "button", class: "quiet", click: warn }, say("Remove"));
}

// Making a key ------------------------------------------------------------------------------------

root.querySelector("form[data-make]").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const after = place("make");
  const passphrase = form.elements.passphrase.value;
  if (passphrase.length < LEAST || passphrase !== form.elements.again.value) {
    const said = passphrase.length < LEAST ? say("Take %(least)s characters or more.", { least: LEAST }) : say("The two differ.");
    show(after, notice("fault", el("p", {}, said)));
    return;
  }
  const made = await makeSeed();
  const text = await seal(made.seed, { name: party, ...made }, passphrase);
  const name = `${party.split(":").at(-1)}-${made.keyid.slice(0, 8)}.key`.replaceAll(/[^A-Za-z0-9._-]/g, "-");
  download(name, text);
  form.reset();
  form.hidden = true;
  show(after, savedForm(name, text, async (given) => keepMade(given, passphrase)));
});

// The file that was saved, opened again: a backup that nobody ever read is none.
function savedForm(name, text, keepIt) {
  const file = el("input", { type: "file", id: "saved", required: true });
  const fault = el("div", {});
  const submit = async (event) => {
    event.preventDefault();
    try {
      await keepIt(await file.files[0].text());
    } catch (error) {
      show(fault, notice("fault", el("p", {}, error.message)));
    }
  };
  return el(
    "form",
    { submit },
    el("p", {}, say("The backup was saved as %(name)s. Put it where you would find it if this computer were gone; then choose it here, so that it is known to open.", { name })),
    el("div", { class: "field" }, el("label", { for: "saved" }, say("The backup")), file),
    fault,
    el(
      "div",
      { class: "actions" },
      el("button", {}, say("Open the backup and keep the key")),
      el("button", { type: "button", class: "quiet", click: () => download(name, text) }, say("Save it again")),
    ),
  );
}

async function keepMade(text, passphrase) {
  const opened = await open(text, passphrase);
  const backedUpAt = new Date().toISOString();
  const key = await keep(opened, { origin, party, vkey: await vkeyOf(origin), backedUpAt });
  const live = await liveKey();
  download(`${key.keyid.slice(0, 16)}.request`, await requestOf(key, live));
  show(
    place("make"),
    notice(
      "notice",
      el("p", {}, say("The key is kept. Its request was saved: give it to the registrar, who enrols it; from then on the key signs.")),
    ),
  );
  root.querySelector("form[data-make]").hidden = false;
  await showLocal();
}

async function liveKey() {
  const enrolled = await enrolledKeys(party);
  return (await keysOf(origin, party)).find(({ keyid }) => enrolled.get(keyid)?.revokedBy === null);
}

// Restoring ---------------------------------------------------------------------------------------

root.querySelector("form[data-restore]").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { file, passphrase } = event.target.elements;
  try {
    const text = await file.files[0].text();
    const isBackup = isSealed(text);
    const opened = await open(text, passphrase.value);
    if (opened.name !== party) throw new Error(say("This is a key of %(party)s.", { party: opened.name }));
    const backedUpAt = isBackup ? new Date().toISOString() : null;
    await keep(opened, { origin, party, vkey: await vkeyOf(origin), backedUpAt });
    event.target.reset();
    show(place("restore"), notice("notice", el("p", {}, say("The key is in this browser again."))));
    await showLocal();
  } catch (error) {
    show(place("restore"), notice("fault", el("p", {}, error.message)));
  }
});

function askForBackup(key, after) {
  const file = el("input", { type: "file", id: `backup-${key.keyid}`, required: true });
  const secret = el("input", { type: "password", id: `secret-${key.keyid}`, autocomplete: "off" });
  const submit = async (event) => {
    event.preventDefault();
    try {
      const opened = await open(await file.files[0].text(), secret.value);
      if (opened.keyid !== key.keyid) throw new Error(say("This is the backup of another key."));
      await keepKey({ ...key, backedUpAt: new Date().toISOString() });
      await showLocal();
    } catch (error) {
      after.prepend(notice("fault", el("p", {}, error.message)));
    }
  };
  show(
    after,
    el(
      "form",
      { submit },
      el("div", { class: "field" }, el("label", { for: file.id }, say("The backup")), file),
      el("div", { class: "field" }, el("label", { for: secret.id }, say("Passphrase")), secret),
      el("div", { class: "actions" }, el("button", {}, say("Open it"))),
    ),
  );
}

const why = await hindrance();
if (why) show(place("local"), notice("notice", el("p", {}, say(why))));
else {
  for (const part of root.querySelectorAll("[data-able]")) part.hidden = false;
  await showLocal();
}
