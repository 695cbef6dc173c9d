// Beside the page, so that it answers while a large bundle is verified. Takes {bytes, trust}, and
// answers {progress: {done, total}} now and then, then {bundle, sha256}, {evidence} or {refused}.
// Takes {serials}, a pasted text, after a bundle that verified, and answers {checked}.

import { encodeHex } from "./bytes.js";
import { hindrance, sha256 } from "./digest.js";
import { isEvidence, verifyEvidence } from "./evidence.js";
import { reasonOf } from "./refusal.js";
import { checkSerials, splitSerials } from "./serials.js";
import { verifyBundle } from "./verify.js";

const PAUSE_MS = 100;

let verified = null;

globalThis.onmessage = async ({ data: { bytes, trust, serials } }) => {
  try {
    if (serials !== undefined) {
      postMessage({ checked: checkSerials(splitSerials(serials), verified) });
      return;
    }
    const hindered = await hindrance();
    if (hindered) postMessage({ refused: { text: hindered } });
    else if (isEvidence(bytes)) postMessage({ evidence: await verifyEvidence(bytes, trust) });
    else {
      const bundle = await verifyBundle(bytes, trust, reporter());
      verified = bundle.verified;
      postMessage({ bundle, sha256: encodeHex(await sha256(bytes)) });
    }
  } catch (error) {
    postMessage({ refused: reasonOf(error) });
  }
};

function reporter() {
  let said = 0;
  return (progress) => {
    if (performance.now() - said < PAUSE_MS) return;
    said = performance.now();
    postMessage({ progress });
  };
}
