// Signing: DSSE v1.0.2 with a key that this browser keeps, of bytes that were read and shown.
//
//     demandOurs(read, key);                       // for this ledger, in this party's name
//     const line = await sign(read, shown, key);   // the submission, as the ledger takes it

import { concat, encodeBase64, encodeHex, utf8 } from "../verify/bytes.js";
import { sha256 } from "../verify/digest.js";
import { demand } from "../verify/refusal.js";

// The bytes that are signed (DSSE v1.0.2, "Signature Definition").
export function pae(type, payload) {
  return concat(utf8(`DSSEv1 ${utf8(type).length} ${type} ${payload.length} `), payload);
}

export function demandOurs({ said }, { origin, party }) {
  const [ledger, signer] = [said["chiptrail:ledger"], said["chiptrail:party"]];
  demand(ledger === origin, `it is meant for the ledger ${ledger}, not for ${origin}`);
  demand(signer === party, `it is in the name of ${signer}, the key is ${party}'s`);
}

// The head that whoever signs *read* says to have seen last; a correction is signed for a second time.
export function headOf({ said }) {
  const error = said.errorDeclaration;
  return (error?.["chiptrail:corrects"] ? error["chiptrail:after"] : null) ?? said["chiptrail:after"];
}

// *shown* is the hash that was read on the page, in hex: of these bytes, or nothing is signed.
export async function sign(read, shown, key) {
  const hash = encodeHex(await sha256(read.bytes));
  demand(hash === shown, "what is to be signed is not what was shown: nothing was signed");
  demandOurs(read, key);
  const signature = await crypto.subtle.sign("Ed25519", key.privateKey, pae(read.type, read.bytes));
  return submission(read, key.keyid, new Uint8Array(signature));
}

// The same as it will be, for a rehearsal: nobody has signed it.
export const unsigned = (read, keyid) => submission(read, keyid, new Uint8Array(64));

function submission({ bytes, type, beside }, keyid, signature) {
  const envelope = {
    payload: encodeBase64(bytes),
    payloadType: type,
    signatures: [{ keyid, sig: encodeBase64(signature) }],
  };
  return { envelope, ...beside };
}
