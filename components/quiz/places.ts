// The places of a page that a quiz may link to: its headings, its guesses and its figures. Each with the words of a link.

interface Heading {
  readonly slug: string;
  readonly text: string;
}

export function placesOf(body: string, headings: readonly Heading[]): Map<string, string> {
  const places = new Map<string, string>();
  for (const [, name, attributes] of body.matchAll(/<([A-Z]\w+)\b((?:"[^"]*"|'[^']*'|[^"'>])*)/g)) {
    const id = /\sid="([\w-]+)"/.exec(attributes!)?.[1];
    const title = /\stitle="([^"]+)"/.exec(attributes!)?.[1];
    // A figure of whatever kind has words under it.
    if (id === undefined || (name !== 'Guess' && !/\scaption="/.test(attributes!))) continue;
    if (name === 'Guess') places.set(`guess-${id}`, 'Look at the guess again');
    else places.set(id, title === undefined ? 'Look at the figure' : `Look at the figure “${title}”`);
  }
  for (const { slug, text } of headings) places.set(slug, `Read “${text}”`);
  return places;
}
