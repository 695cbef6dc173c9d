// Keys made and restored on the page of keys. A key is kept once the backup of it was opened again.

import { say, whyOf } from "../words.js";
import { isSealed, open, seal } from "./backup.js";
import { actions, button, download, el, fault, field, notice, show } from "./dom.js";
import { vkeyOf } from "./head.js";
import { keep, makeSeed, requestOf } from "./make.js";
import { keysThatSign } from "./own_keys.js";

const LEAST = 12;

// Have the forms in *root* make and restore keys; *renew* shows what is kept then.
export function attend(root, renew) {
  const ours = root.dataset;
  for (const part of root.querySelectorAll("[data-able]")) part.hidden = false;
  listen(root, "make", (form, place) => make(form, place, ours, renew));
  listen(root, "restore", (form, place) => restore(form, place, ours, renew));
}

function listen(root, name, work) {
  const place = root.querySelector(`[data-place="${name}"]`);
  root.querySelector(`form[data-${name}]`)?.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await work(event.target, place);
    } catch (error) {
      show(place, fault(whyOf(error)));
    }
  });
}

async function make(form, place, ours, renew) {
  const passphrase = form.elements.passphrase.value;
  const count = { least: LEAST };
  if (passphrase.length < LEAST) throw new Error(say("Take %(least)s characters or more.", count));
  if (passphrase !== form.elements.again.value) throw new Error(say("The two differ."));
  const made = await makeSeed();
  const text = await seal(made.seed, { name: ours.party, ...made }, passphrase);
  const name = `${ours.party.split(":").at(-1)}-${made.keyid.slice(0, 8)}.key`;
  download(name, text);
  form.reset();
  form.hidden = true;
  const keepIt = async (given) => {
    await keepMade(await open(given, passphrase), place, ours);
    form.hidden = false;
    await renew();
  };
  show(place, savedForm(name, text, keepIt));
}

// The file that was saved, opened again: a backup that nobody ever read is none.
function savedForm(name, text, keepIt) {
  const file = el("input", { type: "file", id: "saved", required: true });
  const said = el("div", {});
  const submit = async (event) => {
    event.preventDefault();
    try {
      await keepIt(await file.files[0].text());
    } catch (error) {
      show(said, fault(whyOf(error)));
    }
  };
  return el(
    "form",
    { submit },
    el("p", {}, say("The backup was saved as %(name)s.", { name })),
    el("p", {}, say("Put it where you would find it if this computer were gone.")),
    el("p", {}, say("Then choose it here, so that it is known to open.")),
    field(say("The backup"), file),
    said,
    actions(
      el("button", {}, say("Open the backup and keep the key")),
      button(say("Save it again"), () => download(name, text)),
    ),
  );
}

async function keepMade(opened, place, { origin, party }) {
  const backedUpAt = new Date().toISOString();
  const [endorser] = await keysThatSign(origin, party);
  const key = await keep(opened, { origin, party, vkey: await vkeyOf(origin), backedUpAt });
  download(`${key.keyid.slice(0, 16)}.request`, await requestOf(key, endorser));
  const said = el("p", {}, say("The key is kept in this browser, and its request was saved."));
  const next = el("p", {}, say("Give the request to the registrar: once it is enrolled, the key signs."));
  show(place, notice("notice", said, next));
}

async function restore(form, place, { origin, party }, renew) {
  const { file, passphrase } = form.elements;
  const text = await file.files[0].text();
  const isBackup = isSealed(text);
  const opened = await open(text, passphrase.value);
  const isOurs = opened.name === party;
  if (!isOurs) throw new Error(say("This is a key of %(party)s.", { party: opened.name }));
  const backedUpAt = isBackup ? new Date().toISOString() : null;
  await keep(opened, { origin, party, vkey: await vkeyOf(origin), backedUpAt });
  form.reset();
  show(place, notice("notice", el("p", {}, say("The key is in this browser again."))));
  await renew();
}
