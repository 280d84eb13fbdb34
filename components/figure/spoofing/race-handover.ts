// How the first race gets from the page's build into the browser: as JSON beside the island, read once. In props it
// would be several times as large.
import type { SpoofingReading } from '#engine/scenario/dns/spoofing-claims.ts';

/** On the server: the races of this build, by the id of the element that carries them. */
const left = new Map<string, SpoofingReading>();

/** The JSON that the element with the id `key` is to hold. */
export function leaveReading(key: string, reading: SpoofingReading): string {
  left.set(key, reading);
  // `<` would end the element that carries it.
  return JSON.stringify(reading).replaceAll('<', '\\u003c');
}

export function takeReading(key: string): SpoofingReading {
  const known = left.get(key);
  if (known) return known;
  const element = document.getElementById(key);
  if (!element) throw new Error(`the page carries no race for ${key}`);
  return JSON.parse(element.textContent!) as SpoofingReading;
}
