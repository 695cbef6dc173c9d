// Beside the page, so that it answers while a large bundle is verified. Takes {bytes, trust}, and
// answers {progress: {done, total}} now and then, then {bundle}, {evidence} or {refused}.

import { hindrance } from "./digest.js";
import { isEvidence, verifyEvidence } from "./evidence.js";
import { verifyBundle } from "./verify.js";

const PAUSE_MS = 100;

globalThis.onmessage = async ({ data: { bytes, trust } }) => {
  try {
    const hindered = await hindrance();
    if (hindered) postMessage({ refused: hindered });
    else if (isEvidence(bytes)) postMessage({ evidence: await verifyEvidence(bytes, trust) });
    else postMessage({ bundle: await verifyBundle(bytes, trust, reporter()) });
  } catch (error) {
    postMessage({ refused: error.message });
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
