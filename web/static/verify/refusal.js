// What does not hold: an error whose message says why, in lower case, as `chiptrail verify` does.

export class Refusal extends Error {}

export function demand(holds, why) {
  if (!holds) throw new Refusal(why);
}
