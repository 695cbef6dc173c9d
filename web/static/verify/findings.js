// What a bundle says was found, by how bad it is and on what it rests. None of it is recomputed here.

const CONTRAINDICATED = [
  ...["custody/not-holder", "custody/not-consignee", "custody/already-exists", "custody/foreign-prefix"],
  ...["custody/after-terminal", "status/stolen", "status/lost", "status/tampered", "status/seized"],
  ...["location/impossible-travel", "licence/not-party", "licence/expired", "licence/out-of-scope"],
  ...["licence/overdrawn", "party/restricted-headquarters", "destination/restricted"],
];
const HARMLESS = ["custody/damaged", "location/withheld", "custody/unconfirmed", "identity/unheard"];
export const ORDER = ["stop", "check", "unknown", "clear"];

// "stop", "check" or "clear". A code that is not known here is worth a look.
export function weightOf({ code }) {
  if (CONTRAINDICATED.includes(code)) return "stop";
  return HARMLESS.includes(code) ? "clear" : "check";
}

export const isOpen = (found) => found.closedBy === undefined;

// Each subject of *verified*, the worst first: {item, verdict, findings}. The verdict is what the
// operator's findings come to, "unknown" at best where the entries do not tell what became of it.
export function subjectsOf({ subjects, findings, unproven }) {
  const about = new Map(subjects.map((item) => [item, []]));
  for (const found of findings) {
    for (const item of found.items) about.get(item)?.push(found);
  }
  const untold = new Set(unproven);
  const told = subjects.map((item) => {
    const found = about.get(item).sort(worstFirst);
    return { item, findings: found, verdict: verdictOf(found, untold.has(item)) };
  });
  return told.sort((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict));
}

function verdictOf(findings, isUnproven) {
  const weights = findings.filter((found) => isOpen(found) && found.onItems).map(weightOf);
  if (weights.includes("stop")) return "stop";
  if (weights.includes("check")) return "check";
  return isUnproven ? "unknown" : "clear";
}

// Those that something closed come last.
function worstFirst(one, other) {
  const rank = (found) => ORDER.indexOf(weightOf(found)) + (isOpen(found) ? 0 : ORDER.length);
  return rank(one) - rank(other) || one.index - other.index;
}
