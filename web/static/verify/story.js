// The story of an item in plain words: what each entry of a verified bundle says, a sentence or a few
// each. Whether it took effect is not judged here (that is the refolding of custody), so every
// sentence is what its signer says.
//
//     for (const entry of entriesAbout(verified, item)) tell(entry, verified.names, item)

import { told } from "../phrases.js";
import { say } from "../words.js";
import { day, documentName, itemName, partyName, placeName } from "./names.js";

const PUTS_IN = ["pack", "install"];
const TAKES_OUT = ["unpack", "remove"];

// The entries that name *item*, or what it is in by the entries before: [{entry, through}], through
// the container. Statements come too, if they are about its entries or it.
export function entriesAbout({ entries }, item) {
  const around = [item];
  const told = [];
  for (const entry of entries) {
    const { act } = entry;
    if (act === null) continue;
    const named = [...act.items.ids, ...act.outputs.ids, act.parent];
    const through = around.find((one) => named.includes(one));
    if (through === undefined) continue;
    told.push({ entry, through: through === item ? null : through });
    follow(around, act);
  }
  return told.concat(statementsAbout(entries, told, item)).sort((one, other) => one.entry.index - other.entry.index);
}

// What the item is in after *act*: itself, its box, its pallet; the innermost first.
function follow(around, act) {
  const moved = around.findIndex((one) => act.items.ids.includes(one) && one !== act.parent);
  if (PUTS_IN.includes(act.kind) && moved >= 0) around.splice(moved + 1, Infinity, act.parent);
  const at = around.indexOf(act.parent, 1);
  const isAll = act.items.ids.length === 0 && act.items.isWhole;
  const isOut = at > 0 && (isAll || act.items.ids.includes(around[at - 1]));
  if (TAKES_OUT.includes(act.kind) && isOut) around.splice(at);
}

function statementsAbout(entries, told, item) {
  const identities = new Set(told.map(({ entry }) => entry.identity));
  const bears = ({ said, act }) =>
    act === null && (identities.has(said.entry ?? said.correction) || said.items?.includes(item));
  return entries.filter(bears).map((entry) => ({ entry, through: null }));
}

// What *entry* says, as sentences. *item* is whose story it is.
export function tell(entry, names, item) {
  if (entry.act === null) return tellStatement(entry.said, names);
  const { act, withheld } = entry;
  const told = (TELLERS[act.kind] ?? other)(wordsOf(act, names, item));
  return [told, ...details(act, names, withheld)].join(" ");
}

function wordsOf(act, names, item) {
  const agent = partyName(act.actor, names);
  const isAgent = act.principal !== null && act.principal !== act.actor;
  const principal = partyName(act.principal, names);
  return {
    act,
    who: isAgent ? say("%(agent)s on behalf of %(principal)s", { agent, principal }) : agent,
    whom: act.counterparty === null ? say("somebody not named") : partyName(act.counterparty, names),
    parent: act.parent === null ? say("a container") : itemName(act.parent),
    isParent: item === act.parent,
    step: told(String(act.step).split(":").at(-1).replaceAll("_", " ")),
    words: act.set.concat(act.unset).map((word) => STATUSES[word]()).join(say(", ")),
  };
}

// What is reported, as event.js reads it.
const STATUSES = {
  stolen: () => say("stolen"),
  lost: () => say("lost"),
  tampered: () => say("tampered"),
  recalled: () => say("recalled"),
  detained: () => say("detained"),
  seized: () => say("seized"),
};

// What may be added to any step.
function details(act, names, withheld) {
  const isHidden = withheld.some((name) => ["chiptrail:location", "readPoint"].includes(name));
  const via = act.via.map((party) => partyName(party, names)).join(say(", "));
  const papers = act.documents.map(documentName).join(say(", "));
  const isForOther = act.user !== null && act.user !== act.counterparty;
  return [
    act.product && say("Product: %(product)s.", { product: act.product }),
    act.lot && say("Lot: %(lot)s.", { lot: act.lot }),
    via && say("With %(via)s.", { via }),
    act.owner && say("Owner by this: %(owner)s.", { owner: partyName(act.owner, names) }),
    isForOther && say("For use by %(user)s.", { user: partyName(act.user, names) }),
    act.dueAt && say("Due %(day)s.", { day: day(act.dueAt) }),
    act.place && say("Place as it says: %(place)s.", { place: placeName(act.place) }),
    isHidden && say("It keeps the place to itself."),
    papers && say("Papers: %(papers)s.", { papers }),
  ].filter(Boolean);
}

// Each takes what wordsOf makes.
const TELLERS = {
  commission: (said) => say("Made by %(who)s.", said),
  register: (said) => say("Entered in the ledger by %(who)s, who had it.", said),
  transform: (said) => say("Made into something else, or out of it, by %(who)s.", said),
  pack: (said) => filled(said) ?? say("Packed by %(who)s into %(parent)s.", said),
  install: (said) => filled(said) ?? say("Installed by %(who)s into %(parent)s.", said),
  unpack: takenOut,
  remove: takenOut,
  ship: (said) => say("Shipped by %(who)s to %(whom)s.", said),
  carry: carried,
  deliver: (said) => say("Delivered to %(whom)s, says %(who)s; %(whom)s has not signed for it here.", said),
  receive: received,
  refuse: (said) => say("Refused by %(who)s: it goes back to the sender.", said),
  void: (said) => say("Shipment called off by %(who)s.", said),
  transfer: (said) => say("Ownership or use offered by %(who)s; it stays where it is.", said),
  accept: (said) => say("Accepted by %(who)s as its new owner or user.", said),
  declare: (said) => say("Declared by %(who)s to be in its charge.", said),
  inspect: inspected,
  detain: (said) => say("Held back by %(who)s.", said),
  seize: (said) => say("Seized by %(who)s.", said),
  release: (said) => say("Released by %(who)s.", said),
  report: (said) => say("Reported by %(who)s: %(words)s.", said),
  clear: (said) => say("No longer so, says %(who)s: %(words)s.", said),
  replace: (said) => say("Given new serial numbers by %(who)s.", said),
  destroy: (said) => say("Destroyed by %(who)s.", said),
  decommission: (said) => say("Taken out of use by %(who)s.", said),
  correct: (said) => say("An earlier entry declared wrong by %(who)s.", said),
};

const other = (said) => say("Noted by %(who)s: %(step)s.", said);

function filled(said) {
  return said.isParent ? say("Things were put into it by %(who)s.", said) : null;
}

function takenOut(said) {
  if (said.isParent) return say("Things were taken out of it by %(who)s.", said);
  return say("Taken out of %(parent)s by %(who)s.", said);
}

function carried(said) {
  const { step } = said.act;
  if (step === "departing") return say("Left with %(who)s.", said);
  if (step === "loading") return say("Loaded by %(who)s.", said);
  if (step === "arriving") return say("Arrived with %(who)s.", said);
  return say("On the way with %(who)s.", said);
}

function received(said) {
  const isDamaged = said.act.conditions.includes("damaged");
  return isDamaged ? say("Received damaged by %(who)s.", said) : say("Received by %(who)s.", said);
}

function inspected(said) {
  const { conditions } = said.act;
  if (conditions.includes("mismatch_instance")) return say("Inspected by %(who)s: it is not the item it is recorded as.", said);
  if (conditions.includes("non_conformant")) return say("Inspected by %(who)s: not as described.", said);
  if (conditions.includes("conformant")) return say("Inspected by %(who)s: as described.", said);
  if (conditions.includes("damaged")) return say("Inspected by %(who)s: damaged.", said);
  return say("Inspected by %(who)s.", said);
}

// Statements that bear on an item's entries.
function tellStatement(said, names) {
  const who = partyName(said["chiptrail:party"], names);
  const { reason, code } = said;
  if (said.statement === "resolution") return say("%(who)s settles what was found (%(code)s): %(reason)s.", { who, code, reason });
  if (said.statement === "erasure") return say("%(who)s has withheld fields erased: %(reason)s.", { who, reason });
  if (said.statement === "concurrence") return say("%(who)s agrees with a correction.", { who });
  if (said.statement === "grant") return say("%(who)s lets %(whom)s see it.", { who, whom: partyName(said.grantee, names) });
  return say("%(who)s states: %(kind)s.", { who, kind: said.statement });
}
