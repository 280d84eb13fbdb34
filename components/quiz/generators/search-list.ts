// Which names does the stub resolver ask for, and in which order? A search list, a number of dots, a name, and what is
// there; the engine's stub goes through it (resolv.conf(5) `search` and `ndots`).
import { namesAsked } from '../../engine/names.ts';
import type { Generator } from './generator.ts';

const lists = [
  ['chaicart.example', 'example'],
  ['kitchen.example', 'chaicart.example'],
  ['prod.cluster.example', 'cluster.example'],
];
const names = ['db', 'db.', 'db', 'db.shop', 'api.shop.', 'api.shop', 'db.shop.kitchen'];
const dots = [1, 1, 2, 5];

interface Order {
  readonly asked: readonly string[];
  readonly html: string;
}

export const searchList: Generator = async (random) => {
  const pick = <T>(from: readonly T[]) => from[random.below(from.length)]!;
  const search = pick(lists);
  const name = pick(names);
  const ndots = pick(dots);
  const whole = name.replace(/\.$/, '');
  const longer = search.map((domain) => `${whole}.${domain}`);
  const there = pick([undefined, whole, ...longer]);
  const asked = namesAsked(name, search, ndots, (one) => (one === there ? 'found' : 'nxdomain'));
  const upTo = (order: readonly string[]) => {
    const end = there === undefined ? -1 : order.indexOf(there);
    return end < 0 ? order : order.slice(0, end + 1);
  };
  const isComplete = name !== whole;
  const count = whole.split('.').length - 1;
  const isLong = count >= ndots;
  const inOrder = (list: readonly string[]) => (isLong ? [whole, ...list] : [...list, whole]);
  const dotSays = 'With a dot at its end a name is complete. The list is not used at all.';
  const firstSays = `The name has ${dotsIn(count)}, and <code>ndots</code> asks for ${ndots}: ${isLong ? 'that is enough to try it as it stands first' : 'too few to try it as it stands first'}.`;
  const wrong: Order[] = [
    { asked: upTo([whole, ...longer]), html: firstSays },
    { asked: upTo([...longer, whole]), html: firstSays },
    { asked: upTo(inOrder(longer.toReversed())), html: 'The list is gone through from its beginning.' },
    { asked: inOrder(longer), html: 'The search ends with the first name that is there.' },
    { asked: [whole], html: 'Only a dot at the end of a name keeps the list away.' },
    { asked: [longer[0]!], html: 'A name that is not there ends nothing while another one is left to try.' },
    { asked: longer, html: 'The name is tried as it stands, too.' },
  ];
  const shown = new Set([text(asked)]);
  const others = wrong.filter((order) => {
    const isNew = !shown.has(text(order.asked));
    shown.add(text(order.asked));
    return isNew;
  });
  const offered = [{ asked, html: undefined }, ...others.slice(0, 3)];
  const mixed = offered.map((one) => ({ one, key: random.u32() })).sort((a, b) => a.key - b.key);
  const what =
    there === undefined ? 'none of the names that it comes to exists' : `only <code>${there}</code> exists`;
  return {
    kind: 'choice',
    several: false,
    ask: `A machine has <code>search ${search.join(' ')}</code> and <code>ndots:${ndots}</code>. A program looks for <code>${name}</code>, and ${what}. What is asked?`,
    choices: mixed.map(({ one }) => ({
      html: text(one.asked),
      right: one.html === undefined,
      said: one.html === undefined ? undefined : { html: isComplete ? dotSays : one.html },
    })),
    because: {
      html: isComplete
        ? 'The dot at its end says that the name is complete. That saves the detour, and nobody else’s name can be found by mistake.'
        : `The name has ${dotsIn(count)}, and <code>ndots</code> asks for ${ndots}. So as it stands it is tried ${isLong ? 'first, and with the list only then' : 'last, after the list'}${asked.at(-1) === there ? '; the first that is there ends the search' : ''}.`,
    },
  };
};

const text = (order: readonly string[]): string =>
  order.map((name) => `<code>${name}</code>`).join(', then ');
const dotsIn = (count: number): string => (count === 0 ? 'no dot' : count === 1 ? '1 dot' : `${count} dots`);
