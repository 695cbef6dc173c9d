// The keys of a party: what this browser keeps, beside what the ledger knows of them.

import { keysOf } from "./store.js";

// Every key of *party* that was ever enrolled: {keyid, index, revokedBy, endorsed}, by keyid.
export async function enrolledKeys(party) {
  const found = new Map();
  let address = `/api/v1/keys?party=${encodeURIComponent(party)}&limit=100`;
  while (address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error((await answer.json()).detail);
    for (const key of (await answer.json()).keys) found.set(key.keyid, key);
    address = /<([^>]+)>; rel="next"/.exec(answer.headers.get("Link") ?? "")?.[1] ?? null;
  }
  return found;
}

// Those in this browser that sign for *party* now, the newest last.
export async function keysThatSign(origin, party) {
  const mine = await keysOf(origin, party);
  if (!mine.length) return [];
  const known = await enrolledKeys(party);
  return mine.filter(({ keyid }) => known.has(keyid) && known.get(keyid).revokedBy === null);
}
