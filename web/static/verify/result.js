// What the verifying of a bundle came to, as a part of a page: the verdict on the file, the numbered
// steps, the items with their story and findings, and what is proved, asserted and not known.

import { count, say, sayReason } from "../words.js";
import { age, badge, icon, list, mono, node, stamp } from "./draw.js";
import { isOpen, subjectsOf, weightOf } from "./findings.js";
import { itemName, partyName, retell } from "./names.js";
import { entriesAbout, tell } from "./story.js";
import { asserted, proved, unknown } from "./testimony.js";

const SHOWN = 50;
const PROMPTLY_MS = 86_400_000;

// {failed, verified} of verifyBundle; *file* is {name, sha256, vkey}, the key being what it was held
// against.
export function drawBundle({ failed, verified }, file) {
  const subjects = failed ? [] : subjectsOf(verified);
  const title = failed ? say("This bundle does not verify") : say("This bundle verifies, as far as a browser goes");
  return [
    node("h2", { tabindex: "-1", "data-result": failed ? "failed" : "verified" }, badge(failed ? "stop" : "clear", title)),
    failed ? drawFailure(failed) : drawHead(verified, subjects, file),
    !failed && node("p", { class: "screen" }, node("a", { href: "#serials" }, say("Check serials against this bundle"))),
    node("h2", {}, say("The steps")),
    drawSteps(failed, verified),
    ...(failed ? [] : drawVerified(verified, subjects, file.name)),
  ].filter(Boolean);
}

function drawFailure({ step, entry, head, why, claimed }) {
  const place = entry !== null ? say("entry %(index)s", { index: count(entry) }) : head !== null ? say("earlier head %(number)s", { number: count(head + 1) }) : null;
  const where = place === null ? say("Step %(step)s failed", { step }) : say("Step %(step)s failed at %(place)s", { step, place });
  return node(
    "section",
    { class: "fault" },
    node("p", {}, node("strong", {}, where), say(": "), sayReason(why)),
    step === 2 && claimed && node("p", {}, say("The file says that it is of the log %(origin)s. Is the key that log's?", { origin: claimed })),
    node("p", {}, say("Nothing in this file is to be believed on its own.")),
  );
}

function drawHead({ origin, size, asOf, witnessedAt }, subjects, file) {
  const seen = witnessedAt ? [stamp(witnessedAt), ` (${age(witnessedAt)})`] : [say("by no witness that you named")];
  return node(
    "dl",
    {},
    [node("dt", {}, say("Items, by the operator's word")), node("dd", {}, tally(subjects))],
    [node("dt", {}, say("File")), node("dd", {}, file.name, " ", node("span", { class: "hint" }, say("SHA-256 %(hash)s", { hash: file.sha256 })))],
    [node("dt", {}, say("Log")), node("dd", {}, mono(origin))],
    [node("dt", {}, say("Held against the key")), node("dd", {}, mono(file.vkey))],
    [node("dt", {}, say("Entries in its tree")), node("dd", {}, count(size))],
    [node("dt", {}, say("Told as of")), node("dd", {}, stamp(asOf), ` (${age(asOf)})`)],
    [node("dt", {}, say("Head last seen by witnesses")), node("dd", {}, ...seen)],
  );
}

// Steps ----------------------------------------------------------------------------------------------

function stepsOf(verified) {
  const entries = verified?.entries ?? [];
  const items = entries.flatMap(({ act }) => (act ? [act.items, act.outputs] : [])).reduce((sum, { ids }) => sum + ids.length, 0);
  const said = {
    entries: count(entries.length),
    heads: count(verified?.heads ?? 0),
    size: count(verified?.size ?? 0),
    seen: count(verified?.cosigned.length ?? 0),
    withheld: count(verified?.withheld.length ?? 0),
    items: count(items),
  };
  return [
    [say("Form"), say("The file reads; every value has its one spelling. The rule pack in it is not read here.")],
    [say("Checkpoint"), say("The log signed this head of %(size)s entries; %(seen)s of your witnesses cosigned it.", said)],
    [say("Earlier heads"), say("Each of the %(heads)s heads that signers held is a beginning of this tree.", said)],
    [say("Keys"), say("Every key was enrolled before it signed, and not revoked by then.")],
    [say("Signatures"), say("All %(entries)s signatures are by those keys.", said)],
    [say("Places in the log"), say("Each entry stands at its index; time does not go back. Shown as a leaf alone: %(withheld)s.", said)],
    [say("Payloads"), say("Each is meant for this ledger and names its signer's party. That events follow EPCIS in every field is not looked at here.")],
    [say("Statements"), say("Each is one that its signer may make; the first names this log's key.")],
    [say("Items and disclosures"), say("The %(items)s items shown are in the lists that were signed; what is disclosed was signed.", said)],
    [say("The operator's signature"), say("The statement about all of this is signed with a live key of the operator.")],
    [say("Its scope"), say("It speaks of this log, this head, exactly these entries, and all that is beside them.")],
  ];
}

function drawSteps(failed, verified) {
  const rows = stepsOf(verified).map(([title, text], at) => drawStep(at + 1, title, text, failed));
  const last = node(
    "li",
    { "data-state": "unchecked" },
    node("strong", {}, say("Custody")),
    " ",
    badge("unknown", say("not checked here")),
    node("p", { class: "hint" }, say("Who holds what, and what was found, is the operator's word here; chiptrail verify recomputes it.")),
  );
  return node("ol", { class: "checked" }, rows, last);
}

function drawStep(step, title, text, failed) {
  const [state, kind, word] = stateOf(step, failed);
  const told = state === "holds" ? text : state === "failed" ? sayReason(failed.why) : "";
  return node(
    "li",
    { "data-state": state },
    node("strong", {}, title),
    " ",
    badge(kind, word),
    told && node("p", { class: state === "failed" ? "wrong" : "hint" }, told),
  );
}

// Steps 4 to 9 are made entry by entry: where one fails, the others are not finished.
function stateOf(step, failed) {
  if (failed === null) return ["holds", "clear", say("it holds")];
  if (step === failed.step) return ["failed", "stop", say("failed")];
  const isBeside = failed.step >= 4 && failed.step <= 9 && step >= 4 && step <= 9;
  if (step < failed.step && !isBeside) return ["holds-until-here", "clear", say("it holds")];
  return ["unfinished", "unknown", say("not finished")];
}

// What it shows --------------------------------------------------------------------------------------

function drawVerified(verified, subjects, fileName) {
  const command = `chiptrail verify ${quoted(fileName)} --vkey "$V"`;
  return [
    node("p", { class: "notice" }, icon("check"), " ", say("Who holds what, and every finding below, is the operator's word here. To have it recomputed"), say(": "), ...mono(command)),
    ...drawSubjects(verified, subjects),
    node("h2", {}, say("What this is worth")),
    node(
      "div",
      { class: "cards" },
      drawCard(say("Proved, whoever runs the ledger"), proved(verified)),
      drawCard(say("On somebody's word"), asserted(verified)),
      drawCard(say("Not known from this"), unknown(verified)),
    ),
  ];
}

const quoted = (name) => (/^[A-Za-z0-9._-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`);

const drawCard = (title, lines) => node("section", { class: "card" }, node("h3", {}, title), list(lines));

function drawSubjects(verified, subjects) {
  const story = node("section", { "data-story": true });
  const show = (subject) => story.replaceChildren(...drawStory(verified, subject));
  show(subjects[0]);
  if (subjects.length === 1) return [story];
  const rows = node("tbody");
  const filter = node("input", { id: "filter", type: "search", autocomplete: "off" });
  const more = node("p", { class: "hint", role: "status" });
  const fill = () => {
    const found = subjects.filter(({ item }) => item.toLowerCase().includes(filter.value.trim().toLowerCase()));
    rows.replaceChildren(...found.slice(0, SHOWN).map((subject) => drawRow(subject, () => show(subject))));
    more.textContent = found.length > SHOWN ? say("%(shown)s of %(count)s shown.", { shown: SHOWN, count: count(found.length) }) : "";
  };
  filter.addEventListener("input", fill);
  fill();
  const heads = [say("Item"), say("By the operator's word")].map((text) => node("th", { scope: "col" }, text));
  return [
    node("h2", {}, say("%(count)s items", { count: count(subjects.length) })),
    node("div", { class: "field screen" }, node("label", { for: "filter" }, say("Find an item")), filter),
    node("div", { class: "scroll" }, node("table", {}, node("thead", {}, node("tr", {}, heads)), rows)),
    more,
    story,
  ];
}

export const WORDS = { stop: () => say("Stop"), check: () => say("Check it"), unknown: () => say("Unknown"), clear: () => say("Clear") };

const TIERS = { stop: () => say("contradiction"), check: () => say("warning"), clear: () => say("in order") };

function tally(subjects) {
  const kinds = Object.keys(WORDS).map((kind) => [kind, subjects.filter(({ verdict }) => verdict === kind).length]);
  return kinds.filter(([, number]) => number).flatMap(([kind, number]) => [badge(kind, `${WORDS[kind]()} ${count(number)}`), " "]);
}

function drawRow({ item, verdict }, show) {
  const name = node("button", { type: "button", class: "link" }, itemName(item));
  name.addEventListener("click", () => {
    show();
    document.querySelector("[data-story] h2").focus();
  });
  return node("tr", {}, node("td", {}, name), node("td", {}, badge(verdict, WORDS[verdict]())));
}

// One item -------------------------------------------------------------------------------------------

function drawStory(verified, { item, verdict, findings }) {
  const steps = entriesAbout(verified, item);
  const shown = steps.slice(0, SHOWN * 4).map(({ entry, through }) => drawEntry(verified, item, entry, through));
  return [
    node("h2", { tabindex: "-1" }, itemName(item), " ", badge(verdict, WORDS[verdict]())),
    node("p", { class: "hint" }, ...mono(item), " ", say("The verdict is what the operator's findings come to.")),
    verified.unproven.includes(item) && node("p", {}, say("The entries shown do not tell what became of it: that hangs on goods of others.")),
    node("h3", {}, say("Found")),
    drawFindings(verified, findings),
    node("h3", {}, say("Story, as its signers tell it")),
    node("p", { class: "hint" }, say("Every sentence is signed by whoever it names. Whether it took effect is not recomputed here.")),
    node("ol", { class: "story" }, shown),
    shown.length < steps.length && node("p", { class: "hint" }, say("%(shown)s of %(count)s shown.", { shown: count(shown.length), count: count(steps.length) })),
  ].filter(Boolean);
}

// When its signer says that it was, and when it was recorded if that is not the same.
function when({ act, recordedAt }) {
  if (act === null) return [stamp(recordedAt)];
  const isPrompt = new Date(recordedAt) - new Date(act.eventAt) <= PROMPTLY_MS;
  return isPrompt ? [stamp(act.eventAt)] : [stamp(act.eventAt), say(", "), say("recorded"), " ", stamp(recordedAt)];
}

function drawEntry({ names, findings }, item, entry, through) {
  const own = findings.filter(({ index, items }) => index === entry.index && items.includes(item));
  return node(
    "li",
    {},
    node("p", { class: "hint" }, when(entry), " · ", say("entry %(index)s", { index: count(entry.index) }), " · ", say("signed by %(party)s", { party: partyName(entry.party, names) }), through && ` · ${say("with %(container)s", { container: itemName(through) })}`),
    node("p", {}, tell(entry, names, through ?? item)),
    own.map((found) => node("p", {}, badge(weightOf(found), TIERS[weightOf(found)]()), " ", retell(found.message, names))),
  );
}

function drawFindings({ names, operator }, findings) {
  if (!findings.length) return node("p", {}, say("Nothing, says %(operator)s.", { operator: partyName(operator, names) }));
  const lines = findings.map((found) => {
    const weight = weightOf(found);
    const state = isOpen(found) ? say("open") : say("closed by entry %(index)s", { index: count(found.closedBy) });
    const basis =
      found.basis === "entries"
        ? say("Rests on these entries, not recomputed here.")
        : say("Rests on other data of the ledger: the operator alone says so.");
    return node(
      "li",
      {},
      node("p", {}, badge(weight, TIERS[weight]()), " ", state, " · ", node("code", {}, found.code)),
      node("p", {}, retell(found.message, names)),
      node("p", { class: "hint" }, say("Entry %(index)s.", { index: count(found.index) }), " ", basis),
    );
  });
  return node("ul", { class: "found" }, lines);
}

// Evidence of two histories --------------------------------------------------------------------------

export function drawEvidence({ failed, contradiction }) {
  if (failed) {
    return [
      node("h2", { tabindex: "-1", "data-result": "failed" }, badge("stop", say("This evidence does not verify"))),
      node("section", { class: "fault" }, node("p", {}, say("Step %(step)s failed", { step: failed.step }), say(": "), sayReason(failed.why))),
    ];
  }
  const { origin, isProven } = contradiction;
  const said = { origin, smaller: count(contradiction.smaller), larger: count(contradiction.larger) };
  const title = isProven ? say("Proved: the log signed two histories") : say("The signatures verify, but no fork is proved");
  const lines = isProven
    ? [
        say("The key of the log %(origin)s signed a tree of %(smaller)s entries, and one of %(larger)s that does not begin with it.", said),
        say("Proved against whoever holds that key: nobody else can make both, and no honest log does."),
        say("It does not say which of the two is right, nor who was shown which."),
      ]
    : [
        say("The key of the log %(origin)s signed a tree of %(smaller)s entries and one of %(larger)s.", said),
        say("The smaller may be the beginning of the larger: an old copy, and no other history."),
      ];
  return [node("h2", { tabindex: "-1", "data-result": isProven ? "fork" : "unproven" }, badge(isProven ? "stop" : "check", title)), list(lines)];
}
