// Signing: DSSE v1.0.2 with a key that this browser keeps, of bytes that were read and shown.
//
//     demandOurs(read, key);                       // for this ledger, in this party's name
//     const line = await sign(read, shown, key);   // the submission, as the ledger takes it

import { encodeHex } from "../verify/bytes.js";
import { sha256 } from "../verify/digest.js";
import { pae, writeEnvelope } from "../verify/dsse.js";
import { demand } from "../verify/refusal.js";

export function demandOurs({ said }, { origin, party }) {
  const [ledger, signer] = [said["chiptrail:ledger"], said["chiptrail:party"]];
  demand(ledger === origin, "it is meant for the ledger %(ledger)s, not for %(origin)s", { ledger, origin });
  demand(signer === party, "it is in the name of %(signer)s, the key is %(party)s's", { signer, party });
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
  const message = pae({ payloadType: read.type, payload: read.bytes });
  const signature = await crypto.subtle.sign("Ed25519", key.privateKey, message);
  return submission(read, key.keyid, new Uint8Array(signature));
}

// The same as it will be, for a rehearsal: nobody has signed it.
export const unsigned = (read, keyid) => submission(read, keyid, new Uint8Array(64));

function submission({ bytes, type, beside }, keyid, signature) {
  return { envelope: writeEnvelope({ payload: bytes, payloadType: type, keyid, signature }), ...beside };
}
