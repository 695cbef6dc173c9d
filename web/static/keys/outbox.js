// On every page: whether this browser has signed what is not recorded yet. If so waiting.js says it.

import { countSigned } from "./store.js";

// A browser without a store has kept nothing.
if (await countSigned().catch(() => 0)) await import("./waiting.js");
