// Statements in the log: the shape of each kind (docs/formats.md, "Statements"). Left to
// `chiptrail verify`: which country codes exist, check digits of company numbers, prefixes of items.

import * as form from "./forms.js";
import { between, code, count, either, listOf, matching, positive, record, refuse, text } from "./shape.js";
import { parseObject } from "./strict_json.js";

const names = { isDistinct: true };
const some = { least: 1, isDistinct: true };
const many = { least: 1, most: 10_000, isDistinct: true };
const anyText = text(() => true, "want text");
const partyOrText = either(form.party, form.label);
const fact = record({ code: form.country, source: form.label, date: form.day });
const period = { from: form.time, until: form.time };
const place = { latitude: between(-90, 90), longitude: between(-180, 180), country: form.country };
const vkey = matching(/^[!-*,-~]{1,255}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/, "want a verifier key");
const roles = code(
  ...["maker", "packer", "distributor", "exporter", "carrier", "consignee", "end-user"],
  ...["inspector", "auditor", "operator", "registrar"],
);
const subject = record({
  id: form.party,
  names: listOf(form.label, { least: 1, most: 16, isDistinct: true }),
  roles: listOf(roles, names),
  "itemPrefixes?": listOf(anyText, { most: 1000, isDistinct: true }),
  "country?": fact,
  "hqCountry?": fact,
  "ultimateParentCountry?": fact,
  "ultimateParent?": partyOrText,
  "identifiers?": record({ "lei?": anyText, "gln?": anyText, "eori?": anyText, "duns?": anyText }),
});
const KINDS = {
  genesis: {
    origin: form.origin,
    logKey: vkey,
    registrarKey: form.base64(32),
    "predecessor?": form.note,
    "missing?": record({ start: count, stop: positive }),
  },
  party: { subject },
  key: {
    subject: form.party,
    publicKey: form.base64(32),
    proof: form.base64(64),
    "endorsement?": record({ keyid: form.sha256Hex, sig: form.base64(64) }),
  },
  "key-revocation": { keyid: form.sha256Hex, reason: form.label, "suspectedSince?": form.time },
  "rule-pack": { pack: form.label, sha256: form.sha256Hex },
  landmark: { name: form.label, ...place, publicKey: form.base64(32) },
  mandate: { agent: form.party, acts: listOf(anyText, names), ...period },
  licence: {
    holder: form.party,
    "drawers?": listOf(form.party, names),
    regime: form.label,
    kind: code("licence", "exception", "nlr", "permit"),
    number: form.label,
    eccns: listOf(form.label, names),
    "itemPrefixes?": listOf(anyText, names),
    "consignees?": listOf(partyOrText, names),
    "endUsers?": listOf(partyOrText, names),
    "sites?": listOf(form.uuid, names),
    "countries?": listOf(form.country, names),
    "quantity?": positive,
    "unit?": form.label,
    ...period,
    "conditions?": listOf(form.passage),
  },
  site: { name: form.label, ...place, radiusM: positive, "party?": form.party },
  grant: { grantee: form.party, items: listOf(form.item, many), "until?": form.time },
  concurrence: { correction: form.sha256Hex },
  resolution: {
    entry: form.sha256Hex,
    code: matching(/^[a-z]+(?:-[a-z]+)*\/[a-z]+(?:-[a-z]+)*$/, "want the code of a finding"),
    reason: form.passage,
    "items?": listOf(form.item, many),
  },
  erasure: { entry: form.sha256Hex, digests: listOf(form.digest, some), reason: form.label },
};
const OPENING = {
  statement: anyText,
  "chiptrail:ledger": form.origin,
  "chiptrail:party": form.party,
  "chiptrail:nonce": form.nonce,
  id: form.uuid,
  issuedAt: form.time,
};
const SHAPES = new Map(
  Object.entries(KINDS).map(([kind, members]) => {
    // The genesis has no head before it; in others it may be missing as far as the shape goes.
    const after = kind === "genesis" ? {} : { "chiptrail:after": form.note };
    return [kind, record({ ...OPENING, ...after, ...members })];
  }),
);

// The statement in a signed *payload*, as it stands on the wire.
export function parseStatement(payload) {
  const said = parseObject(payload);
  const shape = SHAPES.get(said.statement);
  if (!shape) refuse("/statement", "want one of %(words)s", { words: Object.keys(KINDS).join(", ") });
  shape(said, "");
  if (said.statement === "genesis") checkGenesis(said);
  if ("from" in said && form.readTime(said.until) <= form.readTime(said.from)) {
    refuse("/until", "want a time after from");
  }
  return said;
}

function checkGenesis(said) {
  if (said.origin !== said["chiptrail:ledger"]) refuse("/origin", "want the origin of chiptrail:ledger");
  if (said.logKey.split("+", 1)[0] !== said.origin) refuse("/logKey", "want the key of this origin");
  if (!said.missing) return;
  if (!said.predecessor) refuse("/missing", "only of a predecessor can entries be missing");
  if (said.missing.start >= said.missing.stop) refuse("/missing/stop", "want a stop after the start");
}
