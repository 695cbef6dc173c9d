// The page of the log: whether its newest head goes on from the last that this browser saw, how long
// ago witnesses cosigned, and the evidence where it does not.

import { count, say, whyOf } from "../words.js";
import { hindrance } from "../verify/digest.js";
import { age, badge, icon, node, stamp } from "../verify/draw.js";
import { demandConsistent, Fork, forget, keepVkey, keptVkey, last, remember } from "./heads.js";

const { note, vkey, origin } = JSON.parse(document.getElementById("head").textContent);
const place = document.getElementById("history");

for (const one of document.querySelectorAll("[data-age]")) one.textContent = `(${age(one.dataset.age)})`;
drawHistory().then((drawn) => place.replaceChildren(...drawn));

async function drawHistory() {
  const kept = keptVkey(origin);
  if (kept && kept !== vkey) return drawOtherKey(kept);
  const before = last(origin);
  const hindered = await hindrance();
  if (hindered) return [notice("unknown", say("Not known"), say(hindered))];
  try {
    const found = await demandConsistent(note, vkey);
    remember(note);
    keepVkey(vkey);
    return [drawAnswer(found, before), before && drawForget()].filter(Boolean);
  } catch (error) {
    return drawTrouble(error, before);
  }
}

function drawAnswer({ answer, kept, seen }, before) {
  const said = { size: count(seen.size), before: count(kept?.size ?? 0) };
  if (answer === "first") return notice("clear", say("Remembered"), say("This browser has not seen this log before. From now on it remembers the head of %(size)s entries.", said));
  if (answer === "older") return notice("stop", say("Entries are missing"), say("This server shows %(size)s entries; this browser saw %(before)s before. What is shown is the beginning of that, so it is an old copy: ask the operator.", said), stamp(before.seenAt));
  const since = [say("Last visit"), say(": "), stamp(before.seenAt), ` (${age(before.seenAt)})`];
  if (answer === "unchanged") return notice("clear", say("One history"), say("Nothing was added since your last visit: %(size)s entries.", said), ...since);
  return notice("clear", say("One history"), say("It grew from %(before)s to %(size)s entries since your last visit. Your browser worked out that the earlier tree is the beginning of this one.", said), ...since);
}

function notice(kind, title, text, ...more) {
  return node("p", { class: kind === "stop" ? "fault" : "notice", "data-answer": kind }, badge(kind, title), " ", text, " ", ...more);
}

function drawOtherKey(kept) {
  return [
    node(
      "section",
      { class: "fault", role: "alert", "data-answer": "stop" },
      node("h2", {}, icon("stop"), " ", say("This server says another key than before")),
      node("p", {}, say("At an earlier visit the log of this name had the key below. Either somebody began another log under its name, or it is not the server that you know. Ask its operator by another way.")),
      node("p", {}, node("code", {}, kept)),
    ),
    drawForget(),
  ];
}

function drawTrouble(error, before) {
  if (!(error instanceof Fork)) {
    return [notice("unknown", say("Not known"), say("Whether it goes on from your last visit could not be worked out: %(why)s.", { why: whyOf(error) }))];
  }
  const file = new Blob([error.evidence], { type: "application/json" });
  const save = node("a", { class: "button", href: URL.createObjectURL(file), download: error.fileName }, icon("download"), " ", say("Save the evidence"));
  const said = { size: count(error.size) };
  const what = error.isProven
    ? say("Its key signed a tree of %(size)s entries that does not begin with the one that this browser saw before.", said)
    : say("Its key signed a tree of %(size)s entries; that this and the other that this browser saw are one history, it does not show.", said);
  const title = error.isProven ? say("This log has told two histories") : say("This log does not show that it goes on from what you saw");
  return [
    node(
      "section",
      { class: "fault", role: "alert", "data-answer": "stop" },
      node("h2", {}, icon("stop"), " ", title),
      node("p", {}, what),
      before && node("p", {}, say("The head that this browser keeps was seen at "), stamp(before.seenAt), "."),
      node("p", {}, say("Do not sign anything here. Save the evidence, and show it to others: the log's own two signatures stand in it, and chiptrail verify or the page Verify say what it proves.")),
    ),
    node("div", { class: "actions" }, save),
    drawForget(),
  ];
}

// For who knows why, such as a test ledger that was built anew.
function drawForget() {
  const button = node("button", { type: "button", class: "quiet" }, say("Forget what this browser saw of this log"));
  button.addEventListener("click", () => {
    forget(origin);
    location.reload();
  });
  return node("details", { class: "screen" }, node("summary", {}, say("What this browser keeps")), node("p", {}, say("The newest head and the key of this log, so that it cannot show you another history unnoticed. Forget them only if you know why they differ.")), node("div", { class: "actions" }, button));
}
