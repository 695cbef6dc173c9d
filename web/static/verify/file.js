// The verifier as a single file, which asks nobody anything (web/verifier.py): what the page on a
// server says in its template.

import { say } from "../words.js";
import { node } from "./draw.js";
import "./page.js";

const intro = [
  say("A bundle is the history of one or more items as a file that proves itself. Your browser verifies it here: signatures, places in the log, and what the operator signed about it. The file is not sent anywhere."),
  say("This page is a file of its own: it came from whoever gave it to you, and opens no connection."),
];

document.title = say("Verify a bundle");
document.getElementById("verifier").before(
  node("h1", {}, say("Verify a bundle")),
  ...intro.map((text) => node("p", {}, text)),
);
