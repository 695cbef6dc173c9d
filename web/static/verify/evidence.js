// Evidence of two histories, *.evidence.json: what two signed heads of one log prove against it, by
// the five steps of ledger/evidence.py.

import { decodeBase64, isEqual } from "./bytes.js";
import { verifyConsistency } from "./merkle.js";
import { openCheckpoint, parseVkey } from "./note.js";
import { demand, reasonOf } from "./refusal.js";
import { parseObject } from "./strict_json.js";

const LIMIT = 1 << 20;
const MAX_PATH = 64;

// Whether *bytes* mean to be evidence: a JSON object whose first member is "evidence".
export function isEvidence(bytes) {
  const start = new TextDecoder().decode(bytes.subarray(0, 256));
  return /^\s*\{\s*"evidence"\s*:/.test(start);
}

// {failed, contradiction: {origin, smaller, larger, isProven}}; sizes as numbers.
export async function verifyEvidence(bytes, { vkey }) {
  const log = await parseVkey(vkey);
  const at = { step: 1 };
  try {
    return { failed: null, contradiction: await verify(bytes, log, at) };
  } catch (error) {
    return { failed: { ...at, why: reasonOf(error) }, contradiction: null };
  }
}

async function verify(bytes, log, at) {
  const said = parseObject(bytes, LIMIT);
  const { checkpoints, root, consistency } = said;
  demand(said.evidence === "chiptrail/1", "/evidence: want evidence of version chiptrail/1");
  const members = Object.keys(said).sort().join(" ");
  const isShown = members === "checkpoints consistency evidence root";
  demand(isShown || members === "checkpoints evidence", "want checkpoints, and root with consistency or neither");
  const isPair = Array.isArray(checkpoints) && checkpoints.length === 2;
  demand(isPair && checkpoints.every((note) => typeof note === "string"), "/checkpoints: want two notes");
  const prefix = isShown ? readPrefix(root, consistency) : null;
  at.step = 2;
  const [smaller, larger] = [await openCheckpoint(checkpoints[0], log), await openCheckpoint(checkpoints[1], log)];
  at.step = 3;
  demand(smaller.size <= larger.size, "the smaller checkpoint does not come first");
  const isSame = smaller.size === larger.size && isEqual(smaller.root, larger.root);
  demand(!isSame, "the two checkpoints are the same");
  if (prefix) {
    at.step = 4;
    await verifyConsistency(smaller.size, larger.size, prefix.root, larger.root, prefix.path);
    at.step = 5;
    demand(!isEqual(prefix.root, smaller.root), "the larger tree begins with the smaller one");
  }
  return { origin: log.name, smaller: smaller.size, larger: larger.size, isProven: prefix !== null };
}

function readPrefix(root, consistency) {
  const isPath = Array.isArray(consistency) && consistency.length <= MAX_PATH;
  demand(isPath, "/consistency: want an array of at most %(count)s hashes", { count: MAX_PATH });
  const hashes = [root, ...consistency].map((one) => decodeBase64(typeof one === "string" ? one : "\n"));
  demand(hashes.every((hash) => hash.length === 32), "want base64 of 32 bytes");
  return { root: hashes[0], path: hashes.slice(1) };
}
