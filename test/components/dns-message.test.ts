// The drawing of DNS messages, over every message of real runs: what is drawn is the whole message, once and in order;
// what is said of a field follows from what was sent before.
import { describe, expect, it } from 'vitest';
import { sessionOf } from '../../components/engine/server.ts';
import { buildMessage } from '../../components/figure/dns-message-build.ts';
import {
  COLUMNS,
  type Layout,
  layoutOf,
  middleOf,
  type RowLine,
} from '../../components/figure/dns-message-cells.ts';
import {
  entriesOf,
  fieldsOfMessage,
  neededFor,
  type Shown,
  shownOf,
} from '../../components/figure/dns-message-entries.ts';
import {
  type DnsMessageBytes,
  messageIn,
  packMessage,
  unpackMessage,
} from '../../components/figure/dns-message-tree.ts';
import { bytesOf, type Field } from '../../components/player/fields.ts';

const run = (scenario: string, set: Record<string, string> = {}) =>
  sessionOf({ scenario, set, seed: 1, inputs: [] });

const sessions = [run('first-request'), run('dual-stack'), run('first-request', { server: 'down' })];
const messages = sessions.flatMap((session) =>
  entriesOf(session.view()).flatMap((entry) => messageIn(session.frame(entry.frame)) ?? []),
);

const rowsOf = ({ lines }: Layout): RowLine[] => lines.filter((line): line is RowLine => 'cells' in line);
const leaves = (message: DnsMessageBytes): Field[] =>
  fieldsOfMessage(message).filter(({ children, node }) => children.length === 0 && node.bitLength > 0);

it('there is something to draw', () => {
  expect(messages.length).toBeGreaterThan(12);
});

describe('the layout', () => {
  it.each(messages.map((message, i) => [i, message] as const))(
    'of message %i is all of it, once, in order',
    (_, message) => {
      const layout = layoutOf(fieldsOfMessage(message), message.bytes);
      expect(layout.fields).toEqual(leaves(message));
      let bit = 0;
      let top = 0;
      for (const line of layout.lines) {
        expect(line.top).toBe(top);
        if (!('cells' in line)) {
          top += line.kind === 'section' ? 40 : 26;
          continue;
        }
        top += line.height;
        expect(line.offset).toBe(bit >> 3);
        let column = 0;
        for (const { from, span, rows, letters } of line.cells) {
          expect(from).toBe(column);
          column += span;
          bit += line.kind === 'bytes' ? 8 * span : span * rows;
          if (line.kind === 'bytes') expect(letters.length).toBe(span);
        }
        expect(column).toBeLessThanOrEqual(COLUMNS);
      }
      expect(top).toBe(layout.height);
      expect(bit).toBe(message.bytes.length * 8);
    },
  );

  it('spells names with the length before each label', () => {
    const [message] = messages;
    const names = rowsOf(layoutOf(fieldsOfMessage(message!), message!.bytes)).filter(
      ({ kind }) => kind === 'bytes',
    );
    expect(names.flatMap(({ cells }) => cells.flatMap(({ letters }) => letters)).join('')).toBe(
      '8chaicart7example0',
    );
    expect(names[0]!.cells.at(-1)).toMatchObject({ goesOn: true, continues: false });
    expect(names[1]!.cells[0]).toMatchObject({ goesOn: false, continues: true });
  });

  it('calls the bits of the second word as RFC 1035 and RFC 6895 do', () => {
    const [message] = messages;
    const flags = rowsOf(layoutOf(fieldsOfMessage(message!), message!.bytes)).find(
      ({ kind }) => kind === 'flags',
    )!;
    expect(flags.cells.map(({ short, span }) => `${short} ${span}`).join(', ')).toBe(
      'QR 1, Opcode 4, AA 1, TC 1, RD 1, RA 1, Z 1, AD 1, CD 1, RCODE 4',
    );
    expect(flags.offset).toBe(2);
  });

  it('leads from a pointer to the bytes that it names', () => {
    let pointers = 0;
    for (const message of messages) {
      const layout = layoutOf(fieldsOfMessage(message), message.bytes);
      for (const { node } of layout.fields) {
        if (!node.refers) continue;
        pointers += 1;
        const [at] = bytesOf(node);
        const offset = ((message.bytes[at]! & 0x3f) << 8) | message.bytes[at + 1]!;
        expect(node.refers.bitStart).toBe(offset * 8);
        const target = layout.fields.find(({ node }) => node.bitStart === offset * 8)!;
        expect(middleOf(layout, target)!).toBeLessThan(layout.height);
      }
    }
    expect(pointers).toBeGreaterThan(10);
  });
});

it('a message survives the page, byte for byte and field for field', () => {
  for (const message of messages) {
    const packed = JSON.stringify(packMessage(message));
    expect(packed.length).toBeLessThan(14_000);
    const back = unpackMessage(JSON.parse(packed));
    expect(back.bytes).toEqual(message.bytes);
    const plain = ({ bytes: _, ...rest }: DnsMessageBytes) => JSON.stringify(rest, sorted);
    expect(plain(back)).toBe(plain(message));
  }
});

/** For JSON: keys in one order. */
function sorted(_: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('what is said of a field', () => {
  const session = run('first-request');
  const entries = entriesOf(session.view());
  const shown = (number: number): Shown => {
    const entry = entries.find((one) => one.number === number)!;
    const there = neededFor(entries, entry).map(
      (one) => [one.packet, messageIn(session.frame(one.frame))!] as const,
    );
    return shownOf(entries, entry, new Map(there), session.why(entry.event))!;
  };
  const said = ({ reasons }: Shown, end: string): string =>
    Object.entries(reasons)
      .find(([path]) => path.endsWith(end))?.[1]
      .join(' ') ?? '';
  const answer = entries.at(-1)!;
  const question = entries.find(({ conversation }) => conversation === answer.conversation)!;
  const learnt = entries.findLast(({ to, packet }) => to === answer.from && packet !== answer.packet)!;

  it('an ID is chosen by who asks and repeated by who answers', () => {
    expect(said(shown(question.number), '/ID')).toBe(
      'Maya’s laptop chose it for this question. Whoever answers must repeat it.',
    );
    expect(said(shown(answer.number), '/ID')).toBe(
      `The resolver repeats what Maya’s laptop wrote in packet ${question.number}.`,
    );
  });

  it('a flag is as in the question, or is not', () => {
    expect(said(shown(answer.number), '/Recursion desired')).toBe('As in the question.');
    expect(said(shown(answer.number), '/Recursion available')).toBe(
      'The question had not set; the resolver wrote set.',
    );
    expect(said(shown(answer.number), '/Response')).toBe(`It answers packet ${question.number}.`);
    expect(said(shown(question.number), '/Response')).toBe('It asks, and answers nothing.');
  });

  it('a record comes from who said it before, and its TTL runs down', () => {
    expect(said(shown(answer.number), 'Record/Address')).toBe(
      `ChaiCart’s name server said so in packet ${learnt.number}.`,
    );
    expect(said(shown(answer.number), 'Record/TTL')).toMatch(
      new RegExp(
        `^ChaiCart’s name server said so in packet ${learnt.number}, \\d+.ms before: not a second is over\\.$`,
      ),
    );
    // who has authority has it from nobody
    expect(said(shown(learnt.number), 'Record/TTL')).toBe('');
  });

  it('the header is held against that of the question', () => {
    expect(shown(question.number).changes).toBeUndefined();
    const { changes } = shown(answer.number);
    const names = Object.entries(changes!).map(([path, was]) => `${path.split('/').at(-1)}: ${was}`);
    expect(names).toContain('Response: not set');
    expect(names).toContain('Answers: 0');
    expect(names.some((name) => name.startsWith('ID'))).toBe(false);
  });

  it('the whole has the recorded reason', () => {
    expect(shown(answer.number).why).toEqual({
      title: 'The resolver answers 192.0.2.80',
      reason: '192.0.2.53 has authority.',
    });
    expect(shown(question.number).why?.reason).toBe('Neither the hosts file nor the cache knows it.');
  });
});

describe('the build', () => {
  const session = run('first-request');
  it('finds a message by number or filter', () => {
    expect(buildMessage(session, 5).entry.number).toBe(5);
    const aa = buildMessage(session, { filter: 'dns.flags.authoritative == 1' });
    expect(aa.entry.fromLabel).toBe('ns1.chaicart.example');
    expect(buildMessage(session, { filter: 'dns.flags.response == 0', ordinal: 2 }).entry.fromLabel).toBe(
      'Resolver',
    );
  });
  it('stops where there is none', () => {
    expect(() => buildMessage(session, 1)).toThrow('no DNS message is packet 1');
    expect(() => buildMessage(session, { filter: 'dns.flags.rcode == 3' })).toThrow(
      '“dns.flags.rcode == 3”, number 1 of 0',
    );
  });
});
