// Merkle proofs over SHA-256, RFC 6962 section 2.1: a leaf hashes as SHA-256(0x00 || data), a node
// as SHA-256(0x01 || left || right). Sizes and indexes are whole numbers up to 2^53 - 1.
//
//     await verifyInclusion(index, size, await leafHash(record), path, root);
//     await verifyConsistency(oldSize, size, oldRoot, root, path);

import { concat, encodeHex, isEqual } from "./bytes.js";
import { sha256 } from "./digest.js";
import { demand, Refusal } from "./refusal.js";

const HASH_SIZE = 32;
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export const leafHash = (data) => sha256(concat(LEAF, data));

// Proofs of one tree share most of their nodes: each is hashed once.
const nodes = new Map();
const MAX_NODES = 1 << 16;

export async function nodeHash(left, right) {
  const key = String.fromCharCode(...left) + String.fromCharCode(...right);
  const before = nodes.get(key);
  if (before) return before;
  const made = await sha256(concat(NODE, left, right));
  if (nodes.size >= MAX_NODES) nodes.clear();
  nodes.set(key, made);
  return made;
}

// RFC 9162 section 2.1.3.2.
export async function verifyInclusion(index, size, leaf, path, root) {
  checkHashes(leaf, root, ...path);
  demand(index >= 0 && index < size, "got index %(index)s, want one in [0, %(size)s)", { index, size });
  let [node, last, found] = [index, size - 1, leaf];
  for (const sibling of path) {
    demand(last !== 0, "the inclusion path is too long");
    if (node % 2 === 1 || node === last) {
      found = await nodeHash(sibling, found);
      [node, last] = carry(node, last);
    } else {
      found = await nodeHash(found, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  demand(last === 0, "the inclusion path is too short");
  if (!isEqual(found, root)) {
    throw new Refusal("the path gives root %(root)s, want %(wanted)s", { root: encodeHex(found), wanted: encodeHex(root) });
  }
}

// RFC 9162 section 2.1.4.2. An old size of 0 takes an empty path and the empty root.
export async function verifyConsistency(oldSize, size, oldRoot, root, path) {
  checkHashes(oldRoot, root, ...path);
  demand(oldSize >= 0 && oldSize <= size, "got old size %(old)s, want one in [0, %(size)s]", { old: oldSize, size });
  if (oldSize === 0 || oldSize === size) {
    await checkWithoutPath(oldSize, size, oldRoot, root, path);
    return;
  }
  let [node, last] = [oldSize - 1, size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  if (node === 0) await climb(node, last, oldRoot, oldRoot, root, path);
  else {
    demand(path.length > 0, "the consistency path is too short");
    await climb(node, last, path[0], oldRoot, root, path.slice(1));
  }
}

async function checkWithoutPath(oldSize, size, oldRoot, root, path) {
  demand(path.length === 0, "the consistency path is too long");
  if (oldSize === 0) {
    const empty = await sha256(new Uint8Array());
    const isEmpty = isEqual(oldRoot, empty);
    demand(isEmpty, "the root of the empty tree is not SHA-256 of nothing");
  }
  if (oldSize === size && !isEqual(oldRoot, root)) {
    throw new Refusal("two roots of size %(size)s: %(one)s and %(other)s", { size, one: encodeHex(oldRoot), other: encodeHex(root) });
  }
}

// From the subtree *start* that both trees hold, compute both roots and compare.
async function climb(start, end, hash, oldRoot, root, path) {
  let [node, last, old, now] = [start, end, hash, hash];
  for (const sibling of path) {
    demand(last !== 0, "the consistency path is too long");
    if (node % 2 === 1 || node === last) {
      [old, now] = await Promise.all([nodeHash(sibling, old), nodeHash(sibling, now)]);
      [node, last] = carry(node, last);
    } else {
      now = await nodeHash(now, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  demand(last === 0, "the consistency path is too short");
  if (!isEqual(old, oldRoot) || !isEqual(now, root)) {
    const [one, other] = [encodeHex(old), encodeHex(now)];
    const [wanted, otherWanted] = [encodeHex(oldRoot), encodeHex(root)];
    throw new Refusal(
      "the path gives roots %(one)s and %(other)s, want %(wanted)s and %(otherWanted)s",
      { one, other, wanted, otherWanted },
    );
  }
}

// Skip the heights at which a node without right neighbour is carried up unchanged.
function carry(node, last) {
  while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
  return [node, last];
}

const half = (value) => Math.floor(value / 2);

// A hash of another length could shift bytes between the two halves of a node.
function checkHashes(...hashes) {
  const isEach = hashes.every((hash) => hash.length === HASH_SIZE);
  demand(isEach, "want hashes of %(size)s bytes", { size: HASH_SIZE });
}
