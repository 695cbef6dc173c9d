// Reads the codes in a picture: by the browser where it can, else by the server.
//
// const read = readerOf("/scan"); await read(video) -> ["(01)09506000134352(21)A-0042"]

import { say } from "../words.js";

const WANTED = ["qr_code", "data_matrix", "code_128"];
const MOST_PIXELS = 16e6;
const canvas = document.createElement("canvas");

export function readerOf(address) {
  const detector = detectorOf();
  return async (picture) => {
    const own = await detector;
    return own ? detected(await own.detect(picture)) : sent(address, await shot(picture));
  };
}

// The browser's own reader, if it knows all that is on labels.
async function detectorOf() {
  if (!("BarcodeDetector" in globalThis)) return null;
  const formats = await BarcodeDetector.getSupportedFormats();
  const isWhole = WANTED.every((format) => formats.includes(format));
  return isWhole ? new BarcodeDetector({ formats: WANTED }) : null;
}

function detected(found) {
  const rows = found.sort((one, other) => one.boundingBox.y - other.boundingBox.y);
  return rows.map((code) => code.rawValue.replaceAll("\u001d", "\u241d")).filter(Boolean);
}

async function shot(picture) {
  const width = picture.videoWidth ?? picture.width;
  const height = picture.videoHeight ?? picture.height;
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)));
  canvas.width = Math.floor(width * scale);
  canvas.height = Math.floor(height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((give) => canvas.toBlob(give, "image/jpeg", 0.85));
}

async function sent(address, body) {
  if (!body) return []; // the camera has no picture yet
  const headers = { "Content-Type": "image/jpeg" };
  const answer = await fetch(address, { method: "POST", body, headers }).catch(() => null);
  if (answer?.ok) return (await answer.json()).codes.map((code) => code.text);
  const told = (await answer?.json().catch(() => null))?.detail;
  const error = new Error(told ?? say("The ledger cannot be reached; it is tried again."));
  error.wait = 1000 * Number(answer?.headers.get("Retry-After") ?? 1);
  throw error;
}
