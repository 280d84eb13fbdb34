/**
 * Sentences about addresses, neighbours and the sizes of packets; and about the small programs that only send.
 */
import { formatNumber } from '../base/units.ts';
import { forgerTellers } from './sentence-forger.ts';
import { type Sentence, say, type Teller } from './sentence-words.ts';

const bytes = (value: unknown): string => `${formatNumber(Number(value))} bytes`;

export const networkTellers: Readonly<Record<string, Teller>> = {
  'address.add': (d) => {
    // what somebody configured was there before the run
    if (d['origin'] === 'static' || d['state'] !== 'tentative') return undefined;
    const address = String(d['address']);
    return d['origin'] === 'link-local'
      ? say('ip', `makes itself an address for its link: ${address}`, 'Every interface with IPv6 has one')
      : say('ip', `makes itself an address: ${address}`, 'The prefix is the router’s, the rest its own');
  },
  'address.state': (d) => {
    const address = String(d['address']);
    const why = String(d['why']);
    if (d['state'] === 'preferred') return say('ip', `may use ${address} now`, why);
    if (d['state'] === 'duplicate') return say('ip', `must not use ${address}`, why);
    if (d['state'] === 'deprecated') return say('ip', `begins nothing new from ${address}`, why);
    return undefined;
  },
  'address.remove': (d) => say('ip', `has the address ${String(d['address'])} no longer`),
  'nd.solicit-routers': (d) =>
    say('ip', `asks whether there are routers${again(d['attempt'])}`, 'Its link has just come up'),
  'nd.advertise': (d) =>
    say('ip', `says to ${d['to'] === 'ff02::1' ? 'everyone' : String(d['to'])} that it is a router`),
  'nd.advertised': (d) =>
    say(
      'ip',
      `hears of the router ${String(d['router'])}${d['prefixes'] ? ` and the prefix ${String(d['prefixes'])}` : ''}`,
      'The router advertised itself',
    ),
  'nd.solicit': (d) =>
    d['to'] === 'multicast'
      ? say(
          'ip',
          `asks a few: who has ${String(d['address'])}?${again(d['attempt'])}`,
          Number(d['attempt']) > 1
            ? 'Nobody answered within a second'
            : 'A packet waits, and its neighbour table has no card for this address',
        )
      : say('ip', `asks ${String(d['address'])} whether it is still there`, 'There was no sign of life'),
  'nd.state': neighbourSentence,
  'ip.fragment': (d) =>
    say(
      'ip',
      `cuts a packet of ${bytes(d['size'])} into ${String(d['into'])}`,
      `The next link takes ${bytes(d['mtu'])} at most`,
    ),
  'ip.reassemble': (d) =>
    say(
      'ip',
      `puts ${String(d['fragments'])} pieces together to ${bytes(d['size'])}`,
      'The last missing piece has come',
    ),
  'ip.reassembly-fail': (d) =>
    say('ip', `throws ${String(d['fragments'])} pieces of a packet away`, String(d['reason'])),
  'pmtu.learn': (d) =>
    say(
      'ip',
      `learns that only ${bytes(d['mtu'])} at a time get to ${String(d['destination'])}`,
      `A router on the way said so; it was ${bytes(d['before'])}`,
    ),
  'pmtu.forget': (d) =>
    say('ip', `forgets how large packets to ${String(d['destination'])} may be`, String(d['why'])),
  'tcp.mss': (d) =>
    say(
      'transport',
      `makes its segments ${Number(d['mss']) < Number(d['before']) ? 'shorter' : 'longer'}: ${bytes(d['mss'])} instead of ${formatNumber(Number(d['before']))}`,
      String(d['reason']),
    ),
  ...forgerTellers,
  'report.sent': (d) => say('app', `sends its report number ${String(d['number'])}`),
  'hold.connected': (d) => say('app', `has its connection number ${String(d['number'])}`),
  'hold.failed': (d) =>
    say('app', `gives up on connection number ${String(d['number'])}`, String(d['reason'])),
};

function again(attempt: unknown): string {
  return Number(attempt) > 1 ? ` (attempt ${String(attempt)})` : '';
}

/** Only what became of a question; the states between are the table's affair. */
function neighbourSentence(d: Parameters<Teller>[0]): Sentence | undefined {
  const address = String(d['address']);
  const why = String(d['why']);
  if (d['state'] === 'reachable' && why === 'it answered')
    return say('ip', `knows that ${address} is at ${String(d['mac'])}`, why);
  if (d['state'] === 'failed') return say('ip', `gives up on ${address}`, why);
  return undefined;
}
