// The name of a country in the language of the page, as the server's; its *code* if it has none.
//
// countryName("TW")    // "Taiwan"

import { words } from "./words.js";

const names = new Map(Object.entries(await words("countries")));

export const countryName = (code) => names.get(code) ?? code;
