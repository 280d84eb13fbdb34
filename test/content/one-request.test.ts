// What chapter 0 says in words, held against runs: which packet each seed loses, what the failures look like, that DNS
// is off the path. A run that changes makes the sentence wrong before a reader finds out.
import { expect, test } from 'vitest';
import { readClaim } from '../../components/engine/claims.ts';
import { Session } from '../../src/engine/export/session.ts';
import type { PacketView, RunView } from '../../src/engine/inspect/view.ts';

type Request = Parameters<typeof Session.start>[0];
const view = (request: Partial<Request> = {}): RunView =>
  Session.start({ scenario: 'first-request', set: {}, seed: 1, inputs: [], ...request })
    .finish()
    .view();
const time = (query: Parameters<typeof readClaim>[0]) => Number(readClaim(query).value);
const title = (packet: PacketView | undefined) => packet?.title;
const MS = 1e6;

test.each([
  [5, /^ACK$/, 0, 0],
  [1, /^GET \/$/, 200, 300],
  [18, /192\.0\.2\.80/, 300, 400],
  [20, /^SYN$/, 950, 1050],
])(
  'seed %i loses first what the table says, and the first byte is that much later',
  (seed, lost, from, to) => {
    const { packets } = view({ set: { loss: '5%' }, seed });
    expect(title(packets.find(({ outcome }) => outcome === 'lost'))).toMatch(lost);
    const later = (time({ name: 'ttfb', set: { loss: '5%' }, seed }) - time({ name: 'ttfb' })) / MS;
    expect(later).toBeGreaterThanOrEqual(from);
    expect(later).toBeLessThanOrEqual(to);
  },
);

test('the lost answer of seed 18 was for the resolver', () => {
  const { packets, machines } = view({ set: { loss: '5%' }, seed: 18 });
  const lost = packets.find(({ outcome }) => outcome === 'lost')!;
  expect(lost.protocol).toBe('DNS');
  expect(machines[lost.from]!.name).toBe('ns1');
});

test('all name servers may stop once the laptop has its answer', () => {
  const inputs = ['resolver', 'root', 'tld', 'ns1'].map((machine) => ({
    time: 100 * MS,
    what: 'off',
    detail: { machine },
  }));
  expect(time({ name: 'dns' })).toBeLessThan(100 * MS);
  expect(time({ name: 'total', inputs })).toBe(time({ name: 'total' }));
});

test('every machine has a part in a first visit', () => {
  const { hops, channels, machines } = view();
  const seen = new Set(
    [...hops.channel].flatMap((channel) => [channels[channel]!.from, channels[channel]!.to]),
  );
  expect(seen.size).toBe(machines.length);
});

test('the request leaves right behind the last segment of the handshake', () => {
  const { packets } = view();
  const get = packets.findIndex((packet) => title(packet) === 'GET /');
  expect(title(packets[get - 1])).toBe('ACK');
  expect(packets[get]!.time).toBe(packets[get - 1]!.time);
});

test('a mistyped name sends no SYN and is denied by the server above; a name without address by its owner', () => {
  const from = (run: RunView, text: RegExp) =>
    run.machines[run.packets.find((packet) => text.test(packet.info) && packet.protocol === 'DNS')!.from]!
      .name;
  const mistyped = view({ set: { name: 'mistyped' } });
  expect(mistyped.packets.some(({ protocol }) => protocol === 'TCP')).toBe(false);
  expect(from(mistyped, /^No such name/)).toBe('tld');
  expect(from(view({ set: { name: 'no-address' } }), /^No A record/)).toBe('ns1');
});

test('a refusal is one SYN, and a RST one round trip later', () => {
  const { packets } = view({ set: { server: 'refusing' } });
  expect(packets.filter(({ protocol }) => protocol === 'TCP').map(title)).toEqual(['SYN', 'RST']);
  const set = { server: 'refusing' };
  const wait = time({ name: 'gaveUp', set }) - time({ name: 'dns', set });
  expect(Math.abs(wait - time({ name: 'handshake' }))).toBeLessThan(MS / 10);
});

test('a server that is off says nothing, and a router ends the wait', () => {
  const { packets, machines } = view({ set: { server: 'down' } });
  const chaicart = machines.findIndex(({ name }) => name === 'chaicart');
  expect(packets.some(({ from }) => from === chaicart)).toBe(false);
  const message = packets.find((packet) => title(packet) === 'host unreachable')!;
  expect(machines[message.from]!.name).toBe('transit-b');
  expect(message.end).toBe(time({ name: 'gaveUp', set: { server: 'down' } }));
});

test('a faster line hardly helps the first byte; a slow one hurts the photograph most', () => {
  const faster = { rate: '100Mbit/s' };
  expect(time({ name: 'ttfb', set: faster }) / time({ name: 'ttfb' })).toBeGreaterThan(0.99);
  const slow = { rate: '0.5Mbit/s' };
  const late = (name: string) => time({ name, set: slow }) - time({ name });
  expect(late('total')).toBeGreaterThan(5 * late('ttfb'));
});

test('a longer way is paid once for each wait', () => {
  const gone = time({ name: 'ttfb', set: { distance: '35ms' } }) - time({ name: 'ttfb' });
  const trips = time({ name: 'roundTripsBeforeFirstByte' });
  expect(Math.round(gone / (20 * MS))).toBe(trips);
});
