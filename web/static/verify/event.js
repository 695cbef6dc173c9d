// The event that a party signed, as far as a verifier of bundles needs it: whom it names, the lists
// that it commits to, and the act that it is (docs/custody.md, "Acts"). Left to `chiptrail verify`:
// whether every other member has the form that EPCIS 2.0 gives it.

import { decodeBase64url } from "./bytes.js";
import * as form from "./forms.js";
import { demand } from "./refusal.js";
import { code, matching, refuse, text } from "./shape.js";
import { isObject, parseObject } from "./strict_json.js";

const TYPES = ["ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent"];
const LISTS = ["epcList", "childEPCs", "inputEPCList", "outputEPCList"];
const NAMESPACE = "urn:chiptrail:ns:1:";
const uri = matching(/^[A-Za-z][A-Za-z0-9+.-]*:[!-~]*$/, "want a URI");
const REQUIRED = {
  eventTime: form.time,
  eventTimeZoneOffset: matching(/^[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)$/, "want an offset as +01:00"),
  eventID: uri,
  "chiptrail:ledger": form.origin,
  "chiptrail:party": form.party,
  "chiptrail:nonce": form.nonce,
  "chiptrail:after": form.note,
};
const OPTIONAL = {
  action: code("ADD", "OBSERVE", "DELETE"),
  bizStep: text(() => true, "want a code"),
  disposition: text(() => true, "want a code"),
  "chiptrail:onBehalfOf": form.party,
  "chiptrail:dueBy": form.time,
};

// The event in a signed *payload*: {body, type, lists: {field: {ids} or {count, root}}}.
export function parseEvent(payload) {
  const body = parseObject(payload);
  for (const [name, check] of Object.entries(REQUIRED)) {
    if (!(name in body)) refuse(`/${name}`, "is missing");
    check(body[name], `/${name}`);
  }
  for (const [name, check] of Object.entries(OPTIONAL)) {
    if (name in body) check(body[name], `/${name}`);
  }
  if (!TYPES.includes(body.type)) uri(body.type, "/type");
  demand(bindsOurs(body["@context"]), "/@context: want %(binding)s in it", { binding: `{"chiptrail": "${NAMESPACE}"}` });
  const isForeign = !TYPES.includes(body.type);
  const fields = isForeign ? [] : LISTS.filter((name) => name in body);
  const lists = Object.fromEntries(fields.map((name) => [name, readList(body[name], `/${name}`)]));
  return { body, type: body.type, lists, commitments: readCommitments(body) };
}

function bindsOurs(context) {
  const parts = Array.isArray(context) ? context : [context];
  const bindings = parts.filter((part) => isObject(part) && "chiptrail" in part);
  return bindings.length > 0 && bindings.every((part) => part.chiptrail === NAMESPACE);
}

function readCommitments(body) {
  const said = body["chiptrail:commitments"] ?? {};
  if (!isObject(said) && "chiptrail:commitments" in body) refuse("/chiptrail:commitments", "want an object");
  for (const [name, digest] of Object.entries(said)) form.digest(digest, `/chiptrail:commitments/${name}`);
  return said;
}

function readList(values, where) {
  const isTexts = Array.isArray(values) && values.every((one) => typeof one === "string");
  demand(isTexts, "%(where)s: want texts", { where });
  if (values.length !== 1 || !/^urn:chiptrail:items:/i.test(values[0])) return { ids: [...new Set(values)] };
  const found = /^urn:chiptrail:items:([1-9][0-9]{0,15}):([A-Za-z0-9_-]{43})$/.exec(values[0]);
  if (!found) refuse(`${where}/0`, "want urn:chiptrail:items:<number of items>:<base64url of 32 bytes>");
  return { count: Number(found[1]), root: decodeBase64url(found[2]) };
}

// What it does ---------------------------------------------------------------------------------------

const OURS = "urn:chiptrail:bizstep:";
const ITEMS_OF = {
  ObjectEvent: "epcList",
  TransactionEvent: "epcList",
  AggregationEvent: "childEPCs",
  AssociationEvent: "childEPCs",
  TransformationEvent: "inputEPCList",
};
const OBSERVED = {
  shipping: "ship",
  departing: "carry",
  loading: "carry",
  transporting: "carry",
  arriving: "carry",
  [`${OURS}delivering`]: "deliver",
  receiving: "receive",
  [`${OURS}refusing`]: "refuse",
  void_shipping: "void",
  [`${OURS}transferring`]: "transfer",
  accepting: "accept",
  storing: "declare",
  stock_taking: "declare",
  cycle_counting: "declare",
  sensor_reporting: "declare",
  inspecting: "inspect",
  holding: "detain",
  [`${OURS}reporting`]: "report",
  replacing: "replace",
};
const OTHERS = {
  "ObjectEvent ADD commissioning": "commission",
  [`ObjectEvent ADD ${OURS}registering`]: "register",
  "ObjectEvent DELETE destroying": "destroy",
  "ObjectEvent DELETE decommissioning": "decommission",
  "AggregationEvent ADD packing": "pack",
  "AggregationEvent DELETE unpacking": "unpack",
  "AssociationEvent ADD installing": "install",
  "AssociationEvent DELETE removing": "remove",
};
const STATUSES = {
  stolen: "stolen",
  "urn:chiptrail:disp:lost": "lost",
  "urn:chiptrail:disp:tampered": "tampered",
  recalled: "recalled",
  "urn:chiptrail:disp:detained": "detained",
  "urn:chiptrail:disp:seized": "seized",
};
const REPORTED = ["stolen", "lost", "tampered", "recalled"];

// The act that *event* is, with *items* of its lists as they are shown: what a story needs of it.
export function readAct({ body, type }, items) {
  const step = bare(body.bizStep, "BizStep");
  const persistent = body.persistentDisposition;
  const act = {
    kind: "record",
    step: step ?? type,
    actor: body["chiptrail:party"],
    principal: body["chiptrail:onBehalfOf"] ?? null,
    eventAt: form.readTime(body.eventTime).toISOString(),
    items: items[ITEMS_OF[type]] ?? { ids: [], isWhole: true },
    outputs: items.outputEPCList ?? { ids: [], isWhole: true },
    parent: typeof body.parentID === "string" ? body.parentID : null,
    counterparty: endOf(body, step === "receiving" ? "source" : "destination", "possessing_party"),
    owner: endOf(body, "destination", "owning_party"),
    user: endOf(body, "destination", "urn:chiptrail:sdt:end_user"),
    via: textsIn(body["chiptrail:via"]),
    dueAt: body["chiptrail:dueBy"] ? form.readTime(body["chiptrail:dueBy"]).toISOString() : null,
    set: statuses(persistent?.set),
    unset: statuses(persistent?.unset),
    conditions: [body.disposition, ...textsIn(persistent?.set)].map((word) => bare(word, "Disp")),
    documents: entriesIn(body.bizTransactionList).map((one) => one.bizTransaction).filter(isText),
    hasEvidence: entriesIn(body["chiptrail:evidence"]).length > 0,
    corrects: isObject(body.errorDeclaration) ? (body.errorDeclaration["chiptrail:corrects"] ?? "") : null,
    place: placeOf(body),
    product: fact(body.ilmd, "productName"),
    lot: fact(body.ilmd, "lotNumber"),
  };
  return { ...act, kind: kindOf(act, body, type, step) };
}

function kindOf(act, body, type, step) {
  if ("errorDeclaration" in body) return "correct";
  if (type === "TransformationEvent") return "transform";
  const isObserved = type === "ObjectEvent" && body.action === "OBSERVE" && Object.hasOwn(OBSERVED, step ?? "");
  const kind = isObserved ? OBSERVED[step] : (OTHERS[`${type} ${body.action} ${step}`] ?? "record");
  if (["pack", "unpack", "install", "remove"].includes(kind) && act.parent === null) return "record";
  if (["ship", "deliver"].includes(kind) && act.counterparty === null) return "record";
  if (kind === "transfer" && act.owner === null && act.user === null) return "record";
  if (kind === "report") return reportKind(act);
  return kind === "detain" ? holdingKind(act) : kind;
}

function reportKind({ set, unset }) {
  if (set.some((word) => REPORTED.includes(word))) return "report";
  return unset.some((word) => REPORTED.includes(word)) ? "clear" : "record";
}

function holdingKind({ set, unset }) {
  if (set.includes("seized")) return "seize";
  if (set.includes("detained")) return "detain";
  return unset.includes("seized") || unset.includes("detained") ? "release" : "record";
}

// The bare word that a code of the CBV spells or expands to, else the code.
function bare(value, kind) {
  if (typeof value !== "string") return null;
  const found = /^(?:https:\/\/ref\.gs1\.org\/cbv\/|cbv:)(BizStep|Disp|SDT)-([a-z_]+)$/.exec(value);
  return found && found[1] === kind ? found[2] : value;
}

// What may be missing or of any shape: what does not read as expected is passed over.
const isText = (value) => typeof value === "string";
const textsIn = (value) => (Array.isArray(value) ? value.filter(isText) : []);
const entriesIn = (value) => (Array.isArray(value) ? value.filter(isObject) : []);
const statuses = (words) => textsIn(words).map((word) => STATUSES[bare(word, "Disp")]).filter(Boolean);

function endOf(body, name, kind) {
  const ends = entriesIn(body[`${name}List`]).filter((end) => bare(end.type, "SDT") === kind);
  const parties = new Set(ends.map((end) => end[name]).filter(isText));
  return parties.size === 1 ? [...parties][0] : null;
}

// {latitude, longitude, country} or {uri}, the first that the event says; null for none.
function placeOf(body) {
  const said = body["chiptrail:location"];
  if (isObject(said)) {
    const { latitude, longitude, countryCode } = said;
    return { latitude: Number(latitude), longitude: Number(longitude), country: countryCode ?? null };
  }
  const uris = [body.readPoint?.id, body.bizLocation?.id].filter(isText);
  const points = uris.map((one) => /^geo:(-?[0-9.]+),(-?[0-9.]+)/i.exec(one)).filter(Boolean);
  if (points.length) return { latitude: Number(points[0][1]), longitude: Number(points[0][2]), country: null };
  return uris.length ? { uri: uris[0] } : null;
}

// The member of that local name, whatever prefix its vocabulary has.
function fact(ilmd, name) {
  if (!isObject(ilmd)) return null;
  const found = Object.entries(ilmd).find(([key, value]) => key.split(/[:/#]/).at(-1) === name && isText(value));
  return found ? found[1] : null;
}
