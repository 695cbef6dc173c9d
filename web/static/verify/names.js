// What people call parties, items, papers, places and times, as ledger/names.py does. *names* maps
// party ids to names.

import { countryName } from "../countries.js";
import { told } from "../phrases.js";
import { language, say } from "../words.js";
import { splitItem } from "./forms.js";

const CANONICAL = "https://id.gs1.org/";
const PARTY_PREFIX = "urn:chiptrail:party:";
const DOCUMENT_PREFIX = "urn:chiptrail:doc:";
const DAY = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
  timeZone: "UTC",
  year: "numeric",
  month: "short",
  day: "numeric",
});

export function partyName(party, names) {
  if (Object.hasOwn(names, party ?? "")) return names[party];
  return party?.startsWith(PARTY_PREFIX) ? party.slice(PARTY_PREFIX.length) : String(party);
}

// The serial as it stands on the item, or SSCC 106... of a package.
export function itemName(item) {
  const found = /^https:\/\/id\.gs1\.org\/(\d+)\/(.*)$/.exec(item);
  if (found?.[1] === "00") return `SSCC ${found[2]}`;
  const serial = plainSerial(item);
  return ["8003", "8004"].includes(found?.[1]) ? say("asset %(serial)s", { serial }) : serial;
}

function plainSerial(item) {
  const [, serial] = splitItem(item);
  try {
    return decodeURIComponent(serial);
  } catch {
    return serial;
  }
}

export function documentName(uri) {
  if (!uri.startsWith(DOCUMENT_PREFIX)) return uri;
  const [kind, ...number] = uri.slice(DOCUMENT_PREFIX.length).split(":");
  return `${kind === "inv" ? "inv." : kind.toUpperCase()} ${number.join(":")}`;
}

export function placeName({ latitude, longitude, country, uri }) {
  if (uri !== undefined) return uri.startsWith(`${CANONICAL}414/`) ? `GLN ${uri.split("/").at(-1)}` : uri;
  const degrees = (value, signs) => `${Math.abs(value).toFixed(2)} ${signs[value < 0 ? 1 : 0]}`;
  const spot = `${degrees(latitude, "NS")}, ${degrees(longitude, "EW")}`;
  return country ? say("%(spot)s, %(country)s", { spot, country: countryName(country) }) : spot;
}

// 3 Mar 2026, in UTC.
export const day = (iso) => DAY.format(new Date(iso));

// 3 Mar 2026 09:12, in UTC.
export const moment = (iso) => `${day(iso)} ${new Date(iso).toISOString().slice(11, 16)}`;

// A finding's *message* in the language of the page, with names of parties and items for their ids.
export function retell(message, names) {
  const words = told(message, (text) => named(text, names));
  return message.startsWith(PARTY_PREFIX) ? words : words.slice(0, 1).toUpperCase() + words.slice(1);
}

function named(text, names) {
  return text.replace(/(?:https?:\/\/|urn:)[^\s,;()]+/g, (uri) => {
    const bare = uri.replace(/[.:]+$/, "");
    return called(bare, names) + uri.slice(bare.length);
  });
}

function called(uri, names) {
  if (Object.hasOwn(names, uri) || uri.startsWith(PARTY_PREFIX)) return partyName(uri, names);
  return uri.startsWith(CANONICAL) || uri.startsWith("urn:chiptrail:chip:") ? itemName(uri) : uri;
}
