// What may differ between the simulated network and the reader's own: times, addresses, and what follows from them.

/** The whole list. Everything else must be the same, letter by letter. */
const MASKS: readonly (readonly [what: RegExp, as: string])[] = [
  [/(?<!within )\b\d+(?:\.\d+)? ms\b/g, 'TIME'],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\b/g, 'DATE'],
  [/(?:::ffff:)?\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b(?::\d+)?/g, 'ADDRESS'],
];

export function masked(text: string): string {
  return MASKS.reduce((rest, [what, as]) => rest.replace(what, as), text);
}
