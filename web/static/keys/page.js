// The page of keys: what this browser keeps, beside what is enrolled. keys/making.js makes and restores
// them; the markup is templates/keys/keys.html's.

import { say, whyOf } from "../words.js";
import { hindrance } from "../verify/digest.js";
import { open } from "./backup.js";
import { actions, button, download, el, fault, field, icon, mono, notice, show, stamp } from "./dom.js";
import { requestOf } from "./make.js";
import { attend } from "./making.js";
import { enrolledKeys } from "./own_keys.js";
import { forgetKey, keepKey, keysOf } from "./store.js";

const root = document.querySelector("[data-keys]");
const { origin, party } = root.dataset;
const local = root.querySelector('[data-place="local"]');

async function showLocal() {
  const mine = await keysOf(origin, party);
  if (!mine.length) {
    show(local, el("p", {}, say("This browser keeps no key of your party.")));
    return;
  }
  const enrolled = await enrolledKeys(party);
  const live = mine.find(({ keyid }) => enrolled.get(keyid)?.revokedBy === null);
  const cards = mine.map((key) => card(key, enrolled.get(key.keyid), live));
  show(local, el("div", { class: "cards keys" }, cards));
}

function card(key, enrolled, live) {
  const after = el("div", {});
  const [word, look] = stateOf(enrolled);
  return el(
    "section",
    { class: "card", "data-keyid": key.keyid },
    el("h3", {}, el("span", { class: `verdict ${look}` }, icon(look), " ", word)),
    el("p", {}, mono(key.keyid)),
    el(
      "dl",
      {},
      el("dt", {}, say("In this browser since")),
      el("dd", {}, stamp(key.madeAt)),
      el("dt", {}, say("Last backed up")),
      el("dd", {}, key.backedUpAt ? stamp(key.backedUpAt) : say("never")),
    ),
    actions(waysOf(key, enrolled, live, after)),
    after,
  );
}

function stateOf(enrolled) {
  if (!enrolled) return [say("Waits to be enrolled"), "check"];
  return enrolled.revokedBy === null ? [say("Signs"), "clear"] : [say("Revoked"), "stop"];
}

function waysOf(key, enrolled, live, after) {
  const prove = button(say("Try the backup"), () => askForBackup(key, after));
  const remove = button(say("Remove"), () => askToRemove(key, after));
  if (!enrolled) {
    const name = `${key.keyid.slice(0, 16)}.request`;
    const ask = async () => download(name, await requestOf(key, live));
    return [button(say("Save the request"), ask, ""), prove, remove];
  }
  if (enrolled.revokedBy !== null) return [remove];
  const href = `/keys/${key.keyid}/revocation`;
  return [prove, el("a", { class: "button quiet", href }, say("Revoke"))];
}

function askToRemove(key, after) {
  const remove = async () => {
    await forgetKey(key.keyid);
    await showLocal();
  };
  const warning = fault(say("Without its backup the key is lost for good."));
  warning.append(button(say("Remove it from this browser"), remove, "danger"));
  show(after, warning);
}

function askForBackup(key, after) {
  const file = el("input", { type: "file", id: `backup-${key.keyid}`, required: true });
  const secret = el("input", { type: "password", id: `secret-${key.keyid}`, autocomplete: "off" });
  const said = el("div", {});
  const submit = async (event) => {
    event.preventDefault();
    try {
      const opened = await open(await file.files[0].text(), secret.value);
      if (opened.keyid !== key.keyid) throw new Error(say("This is the backup of another key."));
      await keepKey({ ...key, backedUpAt: new Date().toISOString() });
      await showLocal();
    } catch (error) {
      show(said, fault(whyOf(error)));
    }
  };
  const inputs = [field(say("The backup"), file), field(say("Passphrase"), secret)];
  show(after, el("form", { submit }, inputs, said, actions(el("button", {}, say("Open it")))));
}

const why = await hindrance();
if (why) show(local, notice("notice", el("p", {}, say(why))));
else {
  attend(root, showLocal);
  await showLocal();
}
