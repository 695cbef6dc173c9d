// What stands inside of the members of a payload, in the words that forms have for it.
//
//     labelOf("accuracyM")                     // "Within metres"; undefined where no word is known
//     wordOf("disposition", "in_transit")      // "on its way"

import { countryName } from "../countries.js";
import { told } from "../phrases.js";
import { say } from "../words.js";

const LABELS = {
  latitude: () => say("Latitude"),
  longitude: () => say("Longitude"),
  accuracyM: () => say("Within metres"),
  countryCode: () => say("Country"),
  observedAt: () => say("When"),
  item: () => say("Item"),
  printedSerial: () => say("Serial on the label"),
  nvmlSerial: () => say("Serial read from the device"),
  partNumber: () => say("Part number"),
  kind: () => say("Kind"),
  size: () => say("Bytes"),
  set: () => say("from now on"),
  unset: () => say("no longer"),
  declarationTime: () => say("When"),
  correctiveEventIDs: () => say("What takes its place"),
  "chiptrail:corrects": () => say("Entry that is corrected, by its hash"),
  "chiptrail:nonce": () => say("Random number"),
  itn: () => say("ITN"),
  hts: () => say("HTS codes"),
  eccn: () => say("ECCN"),
  value: () => say("Value"),
  currency: () => say("Currency"),
  incoterm: () => say("Incoterm"),
  packages: () => say("Packages"),
  weightKg: () => say("Weight in kg"),
  seals: () => say("Seals"),
  origin: () => say("Country of origin"),
  loading: () => say("Port of loading"),
  discharge: () => say("Port of discharge"),
  mode: () => say("Mode of transport"),
};

const STATES = {
  active: () => say("new"),
  in_transit: () => say("on its way"),
  returned: () => say("on its way back"),
  damaged: () => say("damaged"),
  destroyed: () => say("destroyed"),
  inactive: () => say("out of use"),
  conformant: () => say("as recorded"),
  non_conformant: () => say("not as described"),
  mismatch_instance: () => say("it is another item than its label says"),
  stolen: () => say("stolen"),
  lost: () => say("lost"),
  tampered: () => say("tampered with"),
  recalled: () => say("recalled"),
  detained: () => say("detained"),
  seized: () => say("seized"),
};

const WORDS = {
  disposition: STATES,
  set: STATES,
  unset: STATES,
  mode: {
    air: () => say("Air"),
    sea: () => say("Sea"),
    road: () => say("Road"),
    rail: () => say("Rail"),
    mail: () => say("Mail"),
    multimodal: () => say("Several"),
  },
  regime: {
    free: () => say("Free circulation"),
    bonded: () => say("Bonded"),
    ftz: () => say("Free trade zone"),
    transit: () => say("Transit"),
  },
  reason: {
    incorrect_data: () => say("It happened, but not as the entry says"),
    did_not_occur: () => say("It did not happen at all"),
  },
  kind: {
    licence: () => say("Licence"),
    exception: () => say("Licence exception"),
    permit: () => say("Permit of another country"),
    nlr: () => say("No licence required (NLR)"),
  },
};

export const labelOf = (name) => (Object.hasOwn(LABELS, name) ? LABELS[name]() : undefined);

// What codes of the CBV, and of ours, stand for: what happens, and in which state things are.
const CODED = new Set(["bizStep", "disposition", "set", "unset"]);
const CODE =
  /^(?:urn:(?:epcglobal:cbv|chiptrail):(?:bizstep|disp):|https:\/\/ref\.gs1\.org\/cbv\/(?:BizStep|Disp)-)?([a-z_]+)$/;

// *text* as it stands, where no word is known.
export function wordOf(name, text) {
  if (name === "countryCode" || name === "origin") return countryName(text);
  const words = Object.hasOwn(WORDS, name) ? WORDS[name] : {};
  if (Object.hasOwn(words, text)) return words[text]();
  const code = CODED.has(name) ? CODE.exec(text)?.[1] : null;
  if (!code) return text;
  return Object.hasOwn(words, code) ? words[code]() : told(code.replaceAll("_", " "));
}
