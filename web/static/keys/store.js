// What this browser keeps: private keys, which it can use but not show, and what was signed with them
// until the ledger has given a receipt for it.
//
// A key is {keyid, origin, party, publicKey, privateKey, madeAt, backedUpAt}: CryptoKey objects, times
// in ISO 8601. A signed line is {id, origin, party, keyid, at, headline, item, items, ships, body,
// problem}: *item* what it is about if that is one thing, *items* how many things it is about, *ships*
// whether it begins a shipment, *body* the submission as it is sent, *problem* what the ledger said against it, null until then.

const NAME = "chiptrail";
const VERSION = 1;

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("keys", { keyPath: "keyid" });
      request.result.createObjectStore("outbox", { keyPath: "id", autoIncrement: true });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// Run *work* on the object store *name*; it is done once that is on disk.
async function within(name, mode, work) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode, { durability: "strict" });
      const request = work(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

const isOf = (origin, party) => (one) => one.origin === origin && one.party === party;

// Keys --------------------------------------------------------------------------------------------

export async function keysOf(origin, party) {
  const all = await within("keys", "readonly", (store) => store.getAll());
  return all.filter(isOf(origin, party)).sort((one, other) => (one.madeAt < other.madeAt ? -1 : 1));
}

export const keepKey = (key) => within("keys", "readwrite", (store) => store.put(key));

export const forgetKey = (keyid) => within("keys", "readwrite", (store) => store.delete(keyid));

// The outbox --------------------------------------------------------------------------------------

// Keep *lines*, all or none; each gets its id. Some at a time, so that the page is not held up.
export async function keepSigned(lines) {
  await within("outbox", "readwrite", (store) => addFrom(store, lines, 0));
}

function addFrom(store, lines, start) {
  const end = Math.min(lines.length, start + 250);
  for (let at = start; at < end; at += 1) {
    store.add(lines[at]).onsuccess = (event) => {
      lines[at].id = event.target.result;
      if (at === end - 1 && end < lines.length) addFrom(store, lines, end);
    };
  }
}

export async function signedOf(origin, party) {
  const all = await within("outbox", "readonly", (store) => store.getAll());
  return all.filter(isOf(origin, party));
}

export const countSigned = () => within("outbox", "readonly", (store) => store.count());

// What became of lines: those with a receipt are *done*, the *refused* keep why.
export function settle(done, refused) {
  return within("outbox", "readwrite", (store) => {
    for (const line of done) store.delete(line.id);
    for (const line of refused) store.put(line);
  });
}
