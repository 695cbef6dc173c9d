// What a file seems to be that is no bundle, by how it begins: said instead of what a bundle would
// have and it has not. What may be a bundle, or was one before somebody changed it, is verified.
//
//     await strangerIn(file)       // "This seems to be a picture. What is verified here is ...", or ""

import { say } from "../words.js";

const HEAD = 4096;

// By the first bytes, as text in which each byte is a character.
const SIGNS = [
  [/^\xff\xd8\xff|^\x89PNG|^GIF8|^RIFF....WEBP|^....ftyp(?:heic|heix|mif1|avif)/s, () => say("This seems to be a picture.")],
  [/^%PDF/, () => say("This seems to be a PDF document.")],
  [/^PK\x03\x04|^\xd0\xcf\x11\xe0/, () => say("This seems to be a spreadsheet, or another packed file.")],
  [/^c2sp\.org\/tlog-proof@/, () => say("This is the proof that one entry has its place in the log. The entry is not in it, so that by itself it shows nothing.")],
  [/^[^\n{<,]+\n\d+\n[A-Za-z0-9+/]{43}=\n/, () => say("This is a signed head of a log: it says how much was recorded, and not what.")],
  [/^(?:\xef\xbb\xbf)?\s*</, () => say("This seems to be a web page.")],
];

// By the name of the first member, where the file is an object of JSON or a list of such.
const MEMBERS = [
  [/^chiptrailKey$/, () => say("This is a key file. Give it to nobody: who has it may sign in its owner's name.")],
  [/^(?:index|line|status)$/, () => say("This seems to be receipts: the ledger's word that something was recorded, which no signature is on.")],
  [/^(?:payload|payloadType|envelope)$/, () => say("This is an entry as somebody signed it, without what shows that it is in the log.")],
  [/^(?:@context|type|statement)$/, () => say("This seems to be a document of events.")],
];

export async function strangerIn(file) {
  const bytes = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const guess = guessOf(String.fromCharCode(...bytes));
  const wanted = say("What is verified here is a bundle, a file whose name ends in .chiptrail.json: the page of an item gives it, and so does the command chiptrail bundle.");
  return guess && `${guess} ${wanted}`;
}

function guessOf(head) {
  const sign = SIGNS.find(([form]) => form.test(head));
  if (sign) return sign[1]();
  const [, start, member] = /^\s*(?:\[\s*)?(\{)?(?:\s*"([^"\\]*)")?/.exec(head);
  if (start) return MEMBERS.find(([form]) => form.test(member ?? ""))?.[1]() ?? "";
  if (!head) return say("This file is empty.");
  return /[\0-\x08]/.test(head) ? say("This is no text, and so no bundle.") : say("This seems to be a list or a table. Serials are compared under Check.");
}
