// What a verified bundle proves, on whose word the rest is, and what nobody can know from it: as
// ledger/testimony.py says it, less what is not recomputed in a browser.

import { count, say } from "../words.js";
import { itemName, moment, partyName } from "./names.js";

const listed = (parties, names) => [...new Set(parties)].map((party) => partyName(party, names)).sort().join(say(", "));

// What holds whoever runs the ledger, if its registrar enrolled the right keys.
export function proved(verified) {
  const { origin, size, entries, names, cosigned, witnessedAt, pinned } = verified;
  const signers = listed(entries.map((entry) => entry.party), names);
  const seen = witnessedAt && {
    names: cosigned.map(({ name }) => name).join(say(", ")),
    time: moment(witnessedAt),
  };
  return [
    say("The log %(origin)s signed a tree of %(size)s entries.", { origin, size: count(size) }),
    say("The %(count)s entries shown here stand in it, each at its place and unchanged.", { count: count(entries.length) }),
    say("They were signed by %(signers)s.", { signers }),
    say("Each was signed with a key that the registrar had enrolled for that party by then."),
    say("None was signed before the tree that it carries existed."),
    pinned.length > 0 && say("%(parties)s signed with the keys that you named.", { parties: listed(pinned, names) }),
    seen && say("The same tree was seen by %(names)s, and up to %(time)s UTC none larger.", seen),
  ].filter(Boolean);
}

// What rests on the word of the operator, who signed it, or of the registrar.
export function asserted(verified) {
  const operator = partyName(verified.operator, verified.names);
  const isPart = verified.entries.some(({ act }) => act && !(act.items.isWhole && act.outputs.isWhole));
  return [
    say("What was found, and that nothing else was: %(operator)s says so.", { operator }),
    say("That no other entry bore on this at %(time)s UTC: %(operator)s says so.", { operator, time: moment(verified.asOf) }),
    verified.reader && say("It is told as far as %(reader)s may see.", { reader: partyName(verified.reader, verified.names) }),
    verified.horizon !== null && say("It is told up to entry %(index)s.", { index: count(verified.horizon) }),
    isPart && say("That what is not shown of lists shown in part changes nothing here: %(operator)s says so.", { operator }),
    verified.withheld.length > 0 && say("That what withheld entries say changes nothing here: %(operator)s says so.", { operator }),
    say("That this was never in a container that is not told of here: %(operator)s says so.", { operator }),
    ...verified.corrections.map((made) => correction(made, operator)),
    say("That no key had been revoked but where it is shown: %(operator)s says so.", { operator }),
    say("The times at which entries were recorded: the log says so."),
    say("Who the parties are, and that these keys are theirs: the registrar says so."),
  ].filter(Boolean);
}

function correction({ entry, target, since, waits }, operator) {
  const said = { entry, target, since, operator };
  return waits
    ? say("What entry %(entry)s wants in place of entry %(target)s does not count yet: %(operator)s says so.", said)
    : say("The correction in entry %(entry)s, of entry %(target)s, is in force since entry %(since)s: %(operator)s says so.", said);
}

// What the bundle cannot tell, or was not looked at.
export function unknown(verified) {
  const { entries, withheld, unproven, witnessedAt, horizon, size } = verified;
  const hidden = new Set(entries.flatMap((entry) => entry.withheld.map((name) => name.replace("chiptrail:", ""))));
  return [
    say("Which of the steps told took effect, and who holds what by them: custody is not recomputed here."),
    say("What was recorded after entry %(index)s.", { index: count(horizon ?? size - 1) }),
    say("Whether the thing before you is the one that carries this number."),
    say("Whether anything is where somebody said it was."),
    unproven.length > 0 && say("What became of %(items)s: that hangs on goods of others.", { items: several(unproven) }),
    withheld.length > 0 && say("What %(count)s withheld entries say.", { count: count(withheld.length) }),
    hidden.size > 0 && say("What signers withheld and is not shown here: %(names)s.", { names: [...hidden].sort().map(fieldName).join(say(", ")) }),
    witnessedAt === null && say("Whether others are shown the same history: no witness that you named signed it."),
  ].filter(Boolean);
}

function fieldName(name) {
  const known = {
    customs: say("customs"),
    location: say("location"),
    identities: say("identities"),
    readPoint: say("Where"),
    bizLocation: say("Place from then on"),
    bizTransactionList: say("Documents"),
    destinationList: say("To"),
  };
  return known[name] ?? name;
}

function several(items) {
  const shown = items.slice(0, 3).map(itemName).join(say(", "));
  if (items.length <= 3) return shown;
  return say("%(shown)s and %(count)s others", { shown, count: count(items.length - 3) });
}
