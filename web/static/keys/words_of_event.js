// What is signed, in plain words: a headline, and every member of the payload, none left out.
//
//     headlineOf(read)         // "Ship 498 items to Oslo Compute"
//     describe(read)           // elements: what counts first, then all the rest that is signed
//
// *read* is payload.js's. A word that is not known is shown as it stands.

import { documentName, itemName } from "../verify/names.js";
import { count, say } from "../words.js";
import { button, el, mono, stamp } from "./dom.js";
import { labelOf, wordOf } from "./words_of_values.js";

// Steps of the CBV and of ours, spelled as ledgers know them; any other spelling is no step of ours.
const STEP = /^(?:urn:epcglobal:cbv:bizstep:|https:\/\/ref\.gs1\.org\/cbv\/BizStep-)?([a-z_]+)$/;
const OUR_STEP = /^urn:chiptrail:bizstep:([a-z_]+)$/;
const OUR_STEPS = new Set(["registering", "delivering", "refusing", "transferring", "reporting"]);
const SEAL = new Set([
  "@context", "type", "action", "eventID", "eventTimeZoneOffset", "statement", "id",
  "chiptrail:ledger", "chiptrail:party", "chiptrail:nonce", "chiptrail:after", "chiptrail:commitments",
]); // prettier-ignore
const LISTS = new Set(["epcList", "childEPCs", "inputEPCList", "outputEPCList"]);
const FEW = 20;

// Headlines ---------------------------------------------------------------------------------------

export function headlineOf(read) {
  const { said } = read;
  const plain = "statement" in said ? ofStatement(read) : ofEvent(read);
  return said.errorDeclaration ? say("Take back: %(what)s", { what: plain }) : plain;
}

// Whether it begins a shipment, which is then named by its entry.
export const isShipment = ({ said }) => stepOf(said.bizStep) === "shipping" && !said.errorDeclaration;

function ofEvent(read) {
  const { said } = read;
  const to = nameOf(read, destinationOf(said, "possessing_party"));
  const values = { items: itemsOf(read), to, parent: calledOf(said.parentID ?? "") };
  const step = stepOf(said.bizStep);
  const sentence = Object.hasOwn(EVENTS, step) ? EVENTS[step] : null;
  return sentence
    ? sentence(values, said.persistentDisposition ?? {})
    : say("Record of %(items)s: %(step)s", { ...values, step: wordOf("bizStep", said.bizStep ?? said.type) });
}

// Each sentence is a whole one, as languages differ in more than words.
const EVENTS = {
  commissioning: (of) => say("Commission %(items)s, to exist from now on in your hands", of),
  registering: (of) => say("Register %(items)s that you hold", of),
  packing: (of) => say("Pack %(items)s into %(parent)s", of),
  unpacking: (of) => say("Unpack %(items)s from %(parent)s", of),
  installing: (of) => say("Install %(items)s in %(parent)s", of),
  removing: (of) => say("Remove %(items)s from %(parent)s", of),
  shipping: (of) => say("Ship %(items)s to %(to)s", of),
  void_shipping: (of) => say("Call off the shipment of %(items)s", of),
  receiving: (of) => say("Receive %(items)s", of),
  refusing: (of) => say("Refuse %(items)s", of),
  delivering: (of) => say("Deliver %(items)s to %(to)s", of),
  transferring: (of) => say("Transfer %(items)s to another owner or end user", of),
  accepting: (of) => say("Accept %(items)s", of),
  inspecting: (of) => say("Inspect %(items)s", of),
  holding: (of, { set }) => {
    if (!set) return say("Release %(items)s", of);
    return String(set).includes("seized") ? say("Seize %(items)s", of) : say("Detain %(items)s", of);
  },
  reporting: (of, { set }) =>
    set ? say("Report %(items)s", of) : say("Clear what was reported of %(items)s", of),
  replacing: (of) => say("Record new numbers of %(items)s", of),
  destroying: (of) => say("Destroy %(items)s", of),
  decommissioning: (of) => say("Take %(items)s out of use", of),
  storing: (of) => say("Say where this is: %(items)s", of),
  stock_taking: (of) => say("Say where this is: %(items)s", of),
  departing: (of) => say("Say that this has left: %(items)s", of),
  transporting: (of) => say("Say that this is under way: %(items)s", of),
  arriving: (of) => say("Say that this has arrived: %(items)s", of),
  loading: (of) => say("Say that this was loaded: %(items)s", of),
};

function ofStatement(read) {
  const { said } = read;
  const sentence = Object.hasOwn(STATEMENTS, said.statement) ? STATEMENTS[said.statement] : null;
  return sentence ? sentence(said, read) : say("Make a statement: %(kind)s", { kind: said.statement });
}

const STATEMENTS = {
  party: (said, read) => say("Say who %(subject)s is", { subject: nameOf(read, said.subject?.id) }),
  key: (said, read) =>
    say("Enrol a key of %(subject)s: what it signs counts as theirs", {
      subject: nameOf(read, said.subject),
    }),
  "key-revocation": (said) =>
    say("Revoke the key %(key)s: it signs nothing any more", { key: String(said.keyid).slice(0, 16) }),
  mandate: (said, read) => say("Let %(agent)s sign in your name", { agent: nameOf(read, said.agent) }),
  licence: (said) => say("Enter a licence: %(number)s", { number: said.number ?? "" }),
  site: (said) => say("Name a site: %(name)s", { name: said.name }),
  grant: () => say("Let somebody else read"),
  concurrence: () => say("Agree to a correction"),
  resolution: (said) => say("Settle a finding: %(code)s", { code: said.code }),
  erasure: () => say("Have what was disclosed erased"),
  "rule-pack": () => say("Name a rule pack"),
  landmark: (said) => say("Name a landmark: %(name)s", { name: said.name }),
};

function stepOf(text) {
  const ours = OUR_STEP.exec(text ?? "")?.[1];
  if (ours) return OUR_STEPS.has(ours) ? ours : null;
  const step = STEP.exec(text ?? "")?.[1];
  return OUR_STEPS.has(step) ? null : step;
}

function itemsOf({ lists, said }) {
  const listed = lists.epcList ?? lists.childEPCs ?? lists.outputEPCList ?? [];
  if (listed.length === 1) return calledOf(listed[0]);
  if (listed.length === 0 && said.parentID) return say("everything");
  return say("%(count)s items", { count: count(listed.length) });
}

// What stands on it; its id is among those below.
const calledOf = (item) => itemName(item) || item;

function destinationOf(said, kind) {
  const found = (said.destinationList ?? []).find((one) => String(one.type).endsWith(kind));
  return found?.destination ?? "";
}

export const nameOf = ({ names }, party) => (Object.hasOwn(names, party) ? names[party] : String(party));

// All of it ---------------------------------------------------------------------------------------

export function describe(read) {
  const { said, withheld } = read;
  // The headline says the step in words, where it knows it.
  const isSeal = (name) => SEAL.has(name) || (name === "bizStep" && Object.hasOwn(EVENTS, stepOf(said.bizStep)));
  const first = Object.keys(said).filter((name) => !isSeal(name) && !LISTS.has(name));
  const seal = Object.keys(said).filter(isSeal);
  return [
    ...Object.entries(read.lists).map(([field, ids]) => listOf(field, ids)),
    el("dl", {}, first.map((name) => row(read, name, said[name]))),
    Object.keys(withheld).length ? ofWithheld(read) : null,
    el(
      "details",
      {},
      el("summary", {}, say("All else that is signed")),
      el("dl", {}, seal.map((name) => row(read, name, said[name]))),
    ),
  ];
}

function ofWithheld(read) {
  const rows = Object.entries(read.withheld).map(([name, value]) => row(read, name, value));
  const why = say("Signed as a commitment, and shown only to those who have a part in it:");
  return [el("p", { class: "hint" }, why), el("dl", {}, rows)];
}

const row = (read, name, value) => [
  el("dt", { title: name }, labels()[name] ?? labelOf(name) ?? name),
  el("dd", {}, shown(read, value, name)),
];

// Members that need no name where there is no other.
const ALONE = new Set(["id", "bizTransaction"]);

// A value of any shape, of the member *name*.
function shown(read, value, name) {
  if (typeof value === "string") return ofText(read, value, name);
  if (value === true) return say("yes");
  if (value === false) return say("no");
  if (Array.isArray(value)) {
    if (value.length === 1) return shown(read, value[0], name);
    return el("ul", {}, value.map((one) => el("li", {}, shown(read, one, name))));
  }
  if (value === null || value instanceof Number || typeof value !== "object") return String(value);
  const [first, ...more] = Object.entries(value);
  if (more.length === 0 && ALONE.has(first?.[0]) && typeof first[1] === "string") return shown(read, first[1]);
  if (isTyped(value)) return ofTyped(read, value);
  return el("dl", {}, Object.entries(value).map(([member, inner]) => row(read, member, inner)));
}

// Sources, destinations and documents: {type, and what it is}.
function isTyped(value) {
  const [name, ...rest] = Object.keys(value).filter((one) => one !== "type");
  return "type" in value && ["source", "destination", "bizTransaction"].includes(name) && !rest.length;
}

function ofTyped(read, { type, ...rest }) {
  const known = ends()[type.replace(/^urn:(epcglobal:cbv|chiptrail):sdt:/, "")];
  return [known ?? el("code", {}, type), say(": "), shown(read, Object.values(rest)[0])];
}

function ends() {
  return {
    possessing_party: say("holder"),
    owning_party: say("owner"),
    location: say("place"),
    end_user: say("end user"),
    ultimate_consignee: say("ultimate consignee"),
    intermediate_consignee: say("intermediate consignee"),
  };
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

function ofText(read, text, name) {
  const word = wordOf(name, text);
  if (word !== text) return el("span", { title: text }, word);
  if (TIME.test(text)) return stamp(text);
  if (Object.hasOwn(read.names, text)) return [read.names[text], " ", mono(text)];
  if (documentName(text) !== text) return [documentName(text), " ", mono(text)];
  if (text.includes("\n")) return el("pre", {}, text);
  return text.includes(":") || /^[0-9a-f]{32,}$/.test(text) ? mono(text) : text;
}

// The items of a list: a few, and the rest on demand, so many at a time.
function listOf(field, ids) {
  const list = el("ol", { class: "items" });
  const more = button("", () => grow(FEW * 25));
  function grow(by) {
    const next = ids.slice(list.childElementCount, list.childElementCount + by);
    list.append(...next.map((id) => el("li", {}, el("code", {}, id))));
    const rest = ids.length - list.childElementCount;
    more.hidden = rest === 0;
    more.textContent = say("Show more: %(count)s are left", { count: count(rest) });
  }
  grow(FEW);
  const title = labels()[field] ?? field;
  return el("section", { class: "listed" }, el("h4", {}, `${title}${say(": ")}${count(ids.length)}`), list, more);
}

function labels() {
  return {
    epcList: say("Items"),
    childEPCs: say("Items inside"),
    inputEPCList: say("Items that end"),
    outputEPCList: say("Items that begin"),
    parentID: say("Container"),
    eventTime: say("When"),
    issuedAt: say("When"),
    bizStep: say("What happens"),
    disposition: say("State"),
    persistentDisposition: say("Lasting state"),
    readPoint: say("Where"),
    bizLocation: say("Place from then on"),
    sourceList: say("From"),
    destinationList: say("To"),
    bizTransactionList: say("Documents"),
    errorDeclaration: say("Declared wrong"),
    ilmd: say("About the items"),
    "chiptrail:onBehalfOf": say("On behalf of"),
    "chiptrail:via": say("Carried by"),
    "chiptrail:dueBy": say("Due by"),
    "chiptrail:final": say("Nothing more is expected"),
    "chiptrail:authorisations": say("Authorisations"),
    "chiptrail:location": say("Location"),
    "chiptrail:identities": say("Numbers of the items"),
    "chiptrail:customs": say("For customs"),
    "chiptrail:evidence": say("Documents and photos, by their hash"),
    "chiptrail:transcripts": say("Measured by landmarks"),
    "chiptrail:ledger": say("Ledger"),
    "chiptrail:party": say("Signed by"),
    "chiptrail:after": say("The ledger as you saw it last"),
    reason: say("Reason"),
    subject: say("Party"),
    publicKey: say("Public key"),
    proof: say("Proof of having the private key"),
    endorsement: say("Vouched for by"),
    keyid: say("Key"),
    suspectedSince: say("Others may have had it since"),
    agent: say("Who signs in your name"),
    acts: say("What it may sign"),
    from: say("From"),
    until: say("Until"),
    holder: say("Holder"),
    drawers: say("Who may draw on it"),
    regime: say("Regime"),
    number: say("Number"),
    consignees: say("Consignees"),
    endUsers: say("End users"),
    countries: say("Countries"),
    quantity: say("Quantity"),
    unit: say("Unit"),
    conditions: say("Conditions"),
    name: say("Name"),
    grantee: say("Who may read"),
    items: say("Items"),
    entry: say("Entry"),
    code: say("Finding"),
    correction: say("Correction"),
  };
}
