// Who may sign: the fold of the log's statements about parties and keys (ledger/registry.py). A key
// signs from the index after its statement until the index of its revocation; no clock decides.
//
//     const registry = new Registry();
//     await registry.enter(statement, index, signer);
//     registry.signer(keyid, index);      // {index, key, party, isEndorsed, revoked}, or refused

import { decodeBase64, utf8 } from "./bytes.js";
import { publicKey, verifySignature } from "./ed25519.js";
import { demand } from "./refusal.js";

const OF_REGISTRAR = new Set(["party", "key", "rule-pack", "landmark"]);

export class Registry {
  parties = new Map();
  keys = new Map();
  marks = new Map(); // of landmarks, by keyid: the index of the revocation, null while there is none
  origin = "";
  logVkey = "";
  registrar = "";

  // The key *keyid* as a signer of entry *index*.
  signer(keyid, index) {
    const found = this.keys.get(keyid);
    const short = keyid.slice(0, 16);
    demand(found && found.index < index, "no key %(key)s is enrolled at index %(index)s", { key: short, index });
    const isLive = found.revoked === null || found.revoked >= index;
    demand(isLive, "key %(key)s was revoked at index %(index)s", { key: short, index: found.revoked });
    return found;
  }

  // Take the statement *said*, signed by the key *signer* and sequenced at *index*.
  async enter(said, index, signer) {
    if (OF_REGISTRAR.has(said.statement)) this.#demandRegistrar(signer, index);
    if (said.statement === "genesis") this.#enterGenesis(said, index, signer);
    else if (said.statement === "party") this.parties.set(said.subject.id, said.subject);
    else if (said.statement === "key") await this.#enterKey(said, index);
    else if (said.statement === "key-revocation") this.#enterRevocation(said, index, signer);
    else if (said.statement === "landmark") await this.#enterLandmark(said);
  }

  #demandRegistrar(signer, index) {
    const { party } = this.signer(signer.keyid, index);
    demand(party === this.registrar, "only the registrar signs this statement");
  }

  #enterGenesis(said, index, signer) {
    demand(index === 0 && this.keys.size === 0, "genesis is entry 0 and no other");
    [this.origin, this.logVkey] = [said.origin, said.logKey];
    this.registrar = said["chiptrail:party"];
    this.#add(0, signer, this.registrar, true);
  }

  async #enterKey(said, index) {
    const { subject } = said;
    const key = await publicKey(decodeBase64(said.publicKey));
    const isKnown = this.parties.has(subject) || subject === this.registrar;
    demand(isKnown, "no such party is enrolled; enrol it first");
    const isNew = !this.keys.has(key.keyid);
    demand(isNew, "key %(key)s is enrolled already", { key: key.keyid.slice(0, 16) });
    // What a new key signs to prove that its owner has it.
    const message = utf8(`chiptrail/key-proof/v1\n${this.origin}\n${subject}\n${key.keyid}\n`);
    await verifySignature(key, message, decodeBase64(said.proof));
    const hasOthers = [...this.keys.values()].some((known) => known.party === subject);
    const isEndorsed = (await this.#isEndorsed(said, message, index)) || !hasOthers;
    this.#add(index, key, subject, isEndorsed);
  }

  async #isEndorsed({ subject, endorsement }, message, index) {
    if (!endorsement) return false;
    const endorser = this.signer(endorsement.keyid, index);
    demand(endorser.party === subject, "endorsed by a key of another party");
    await verifySignature(endorser.key, message, decodeBase64(endorsement.sig));
    return true;
  }

  async #enterLandmark(said) {
    const { keyid } = await publicKey(decodeBase64(said.publicKey));
    const revoked = this.marks.get(keyid) ?? null;
    demand(revoked === null, "the key of this landmark was revoked");
    this.marks.set(keyid, null);
  }

  // The registrar revokes any key, a landmark's too; a party's may revoke itself.
  #enterRevocation({ keyid }, index, signer) {
    if (keyid !== signer.keyid) this.#demandRegistrar(signer, index);
    const found = this.keys.get(keyid);
    const isKnown = found || this.marks.has(keyid);
    demand(isKnown, "no key %(key)s is enrolled", { key: keyid.slice(0, 16) });
    const revoked = found ? found.revoked : this.marks.get(keyid);
    demand(revoked === null, "revoked already at index %(index)s", { index: revoked });
    if (found) this.keys.set(keyid, { ...found, revoked: index });
    else this.marks.set(keyid, index);
  }

  #add(index, key, party, isEndorsed) {
    this.keys.set(key.keyid, { index, key, party, isEndorsed, revoked: null });
  }
}
