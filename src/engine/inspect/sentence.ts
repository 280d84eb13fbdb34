/**
 * Events as plain sentences: who did what, and the reason that the machine recorded.
 *
 * A reason is never invented here: it is what the event says, or a law of the protocol that the event's kind stands
 * for. Kinds without a sentence are details that only tables and digests need.
 */
import { formatDuration, formatNumber } from '../base/units.ts';
import type { Detail, TraceEvent } from '../trace/event.ts';
import { networkTellers } from './sentence-network.ts';
import { type Sentence, say, type Teller } from './sentence-words.ts';

export type { Sentence } from './sentence-words.ts';

/** `chaicart.example.` as people write it; the root keeps its dot. */
function bare(name: unknown): string {
  const text = String(name);
  return text === '.' ? 'the root' : text.replace(/\.$/, '');
}

function span(value: unknown): string {
  return formatDuration(Number(value), 1);
}

function place(server: unknown, serverName: unknown): string {
  return serverName === undefined ? String(server) : `${bare(serverName)}, ${String(server)}`;
}

function port(remote: unknown): string {
  const [, address, number] = /^\[?(.*?)\]?:(\d+)$/.exec(String(remote)) ?? ['', String(remote), '?'];
  return `${address}, port ${number}`;
}

const ANSWERS: Readonly<Record<string, string>> = {
  answer: 'answers',
  referral: 'refers on',
  nodata: 'answers that the name has no such record',
  nxdomain: 'answers that the name does not exist',
  yxdomain: 'answers that the new name would be too long',
  refused: 'refuses',
};

const DROPS: Readonly<Record<string, string>> = {
  'duplicate-syn': 'it has seen this SYN before',
  'zero-window': 'its window is closed',
};

const tellers: Readonly<Record<string, Teller>> = {
  ...networkTellers,
  input: (d, called) => {
    const what = String(d['what']);
    const lower = (machine: unknown): string => called(String(machine)).replace(/^The /, 'the ');
    if (what === 'enter') return say('app', `presses Enter: ${String(d['url'])}`, '', 'Maya');
    if (what === 'cut')
      return say('link', `cut the link from ${lower(d['from'])} to ${lower(d['to'])}`, '', 'You');
    if (what === 'leave') return say('app', `closes the page: ${String(d['url'])}`, '', 'Maya');
    if (what === 'off') return say('app', `switched ${lower(d['machine'])} off`, '', 'You');
    if (what === 'restart') return say('app', `restarted ${lower(d['machine'])}`, '', 'You');
    return undefined;
  },
  'fetch.look-up': (d) =>
    say('app', `needs a number for ${bare(d['name'])}`, 'The address names a machine; packets need a number'),
  'fetch.name': (d) =>
    d['address'] === null
      ? say(
          'app',
          `finds no address for ${bare(d['name'])}: ${String(d['code'])}`,
          'Name resolution ended without an address',
        )
      : say(
          'app',
          `knows the address of ${bare(d['name'])}: ${String(d['address'])}`,
          'The name is resolved; DNS is off the path from here on',
        ),
  'fetch.connect': (d) =>
    say('app', `wants a connection to ${port(d['to'])}`, 'HTTP needs one, and none to there is free'),
  'fetch.connected': () => undefined,
  'fetch.alias': (d) => say('dns', `goes on with ${bare(d['target'])}`, String(d['reason'])),
  'fetch.fallback': (d) => say('dns', `goes back to ${bare(d['name'])} itself`, String(d['reason'])),
  'eyeballs.wait': (d) => say('app', 'waits a moment for the other family', String(d['reason'])),
  'eyeballs.order': (d) => say('app', `will try ${String(d['addresses'])}`, String(d['reason'])),
  'eyeballs.attempt': (d) => say('app', `tries ${String(d['address'])}`, String(d['reason'])),
  'eyeballs.failed': (d) => say('app', `gets no connection to ${String(d['address'])}`, String(d['code'])),
  'eyeballs.win': (d) => say('app', `takes ${String(d['address'])}`, String(d['reason'])),
  'fetch.first-byte': (d) =>
    say(
      'http',
      `has the first byte of ${String(d['target'])}`,
      `The response begins with status ${String(d['status'])}`,
    ),
  'fetch.done': (d) =>
    say(
      'http',
      `has all of ${String(d['target'])}: ${formatNumber(Number(d['bytes']))} bytes`,
      'As many bytes have come as the response announced',
    ),
  'fetch.loaded': () => say('app', 'has the page and everything it names', 'Nothing is left to fetch'),
  'fetch.failed': (d) => say('app', `gives up: ${String(d['code'])}`, String(d['message'])),
  'arp.ask': (d) =>
    say(
      'link',
      `asks everyone: who has ${String(d['address'])}?${Number(d['attempt']) > 1 ? ` (attempt ${String(d['attempt'])})` : ''}`,
      Number(d['attempt']) > 1
        ? 'Nobody answered within a second'
        : 'A frame needs a hardware address, and its ARP table has none for this neighbour',
    ),
  'arp.learn': (d) =>
    d['asked']
      ? say('link', `learns that ${String(d['address'])} is at ${String(d['mac'])}`, 'The neighbour answered')
      : undefined,
  'arp.fail': (d) =>
    say('link', `gives up on ${String(d['address'])}`, `Nobody answered ${String(d['attempts'])} requests`),
  'nat.open': (d) =>
    d['by'] === 'outside'
      ? say(
          'ip',
          `lets ${String(d['remote'])} in to ${String(d['inside'])}`,
          `It wrote to ${String(d['outside'])}: ${String(d['reason'])}`,
        )
      : say(
          'ip',
          `translates ${String(d['inside'])} to ${String(d['outside'])}`,
          `Private addresses mean nothing outside; it will send back what ${String(d['remote'])} answers`,
        ),
  'nat.refuse': (d) =>
    say(
      'ip',
      `refuses what ${String(d['from'])} sends to ${String(d['to'])}: ${String(d['reason'])}`,
      'Its translator turned it away',
    ),
  'filter.refuse': (d) =>
    say(
      'ip',
      `${d['action'] === 'reject' ? 'turns away' : 'drops'} what ${String(d['from'])} sends to ${String(d['to'])}: ${String(d['reason'])}`,
      'The first rule of its packet filter that fits says so',
    ),
  'icmp.error': (d) =>
    say('ip', `writes to ${String(d['to'])}: ${String(d['reason'])}`, 'Whoever sent the packet should know'),
  'icmp.limited': (d) =>
    say(
      'ip',
      `would tell ${String(d['to'])}: ${String(d['reason'])}, but says nothing`,
      'It has told it too much of the kind lately: errors are sent at a limited rate',
    ),
  'hosts.write': () => say('app', 'has a new hosts file', 'Somebody saved it'),
  'resolv-conf.write': () => say('app', 'has another list of resolvers', 'Somebody saved /etc/resolv.conf'),
  'dns.stub.hosts': (d) => say('dns', `finds ${bare(d['name'])} in its hosts file`),
  'dns.stub.ask': (d) =>
    say(
      'dns',
      `asks its resolver, ${String(d['server'])}: ${String(d['type'])} ${bare(d['name'])}?`,
      String(d['reason']),
    ),
  'dns.stub.answer': (d) =>
    d['rcode'] === 'NOERROR' && d['data'] !== ''
      ? say('dns', `learns that ${bare(d['name'])} is ${String(d['data'])}`, 'The resolver answered')
      : say(
          'dns',
          `learns that ${bare(d['name'])} has no address (${String(d['rcode'])})`,
          'The resolver answered so',
        ),
  'dns.stub.search': (d) => say('dns', `tries ${bare(d['name'])} instead`, String(d['reason'])),
  'dns.stub.special': (d) => say('dns', `knows ${bare(d['name'])} without asking`, String(d['reason'])),
  'dns.stub.partial': (d) => say('dns', `goes on without ${String(d['missing'])}`, String(d['reason'])),
  'dns.stub.timeout': (d) =>
    say('dns', `stops waiting for ${String(d['server'])}`, `No answer within ${span(d['waited'])}`),
  'dns.stub.fail': (d) => say('dns', `cannot resolve ${bare(d['name'])}`, String(d['reason'])),
  'dns.cache.hit': (d) =>
    say('dns', `finds ${bare(d['name'])} in its cache`, 'A copy that it kept has not run out'),
  'dns.resolver.query': (d) =>
    say(
      'dns',
      `is asked by ${String(d['client'])}: ${String(d['type'])} ${bare(d['name'])}?`,
      'The question came to its port',
    ),
  'dns.resolver.ask': (d) => say('dns', `asks ${place(d['server'], d['serverName'])}`, String(d['reason'])),
  'dns.resolver.referral': (d) =>
    say('dns', `is referred to ${bare(d['servers'])} for ${bare(d['zone'])}`, String(d['reason'])),
  'dns.resolver.alias': (d) =>
    say('dns', `follows ${bare(d['name'])} to ${String(d['target'])}`, String(d['reason'])),
  'dns.resolver.timeout': (d) =>
    say(
      'dns',
      `stops waiting for ${place(d['server'], d['serverName'])}`,
      `No answer within ${span(d['waited'])}`,
    ),
  'dns.resolver.lame': (d) =>
    say('dns', `gets nothing useful from ${place(d['server'], d['serverName'])}`, String(d['reason'])),
  'dns.resolver.ignore': (d) =>
    say('dns', `ignores a message from ${String(d['from'])}`, String(d['reason'])),
  'dns.resolver.truncated': (d) =>
    say('dns', `gets half an answer from ${place(d['server'], d['serverName'])}`, String(d['reason'])),
  'dns.resolver.error': (d) =>
    say(
      'dns',
      `hears ${String(d['rcode'])} from ${place(d['server'], d['serverName'])}`,
      String(d['reason']),
    ),
  'dns.resolver.unreachable': (d) =>
    say('dns', `cannot reach ${place(d['server'], d['serverName'])}`, String(d['reason'])),
  'dns.resolver.server-address': (d) =>
    say('dns', `looks for the address of ${bare(d['name'])}`, String(d['reason'])),
  'dns.resolver.scrub': (d) => say('dns', `does not believe “${String(d['record'])}”`, String(d['reason'])),
  'dns.resolver.whole-name': (d) => say('dns', 'asks for the whole name', String(d['reason'])),
  'dns.resolver.renew': (d) =>
    say('dns', `asks ${bare(d['parent'])} again for the servers of ${bare(d['zone'])}`, String(d['reason'])),
  'dns.resolver.prime': (d) => say('dns', 'asks the root for its servers', String(d['reason'])),
  'dns.resolver.prefetch': (d) => say('dns', `asks anew for ${bare(d['name'])}`, String(d['reason'])),
  'dns.resolver.stale': (d) =>
    say('dns', `answers for ${bare(d['name'])} with data that have expired`, String(d['reason'])),
  'dns.resolver.join': (d) => say('dns', `asks for ${bare(d['name'])} once for several`, String(d['reason'])),
  'dns.resolver.share': (d) =>
    say('dns', `waits for the same answer from ${String(d['server'])}`, String(d['reason'])),
  'dns.resolver.refuse': (d) =>
    say('dns', `answers ${String(d['rcode'])} to ${String(d['client'])}`, String(d['reason'])),
  'dns.resolver.servfail': (d) => say('dns', `answers SERVFAIL for ${bare(d['name'])}`, String(d['reason'])),
  'dns.resolver.answer': (d) =>
    d['data'] === ''
      ? say(
          'dns',
          `answers ${String(d['rcode']) === 'NOERROR' ? 'that there is no such record' : String(d['rcode'])}`,
          String(d['reason']),
        )
      : say('dns', `answers ${String(d['data'])}`, String(d['reason'])),
  'dns.authority.answer': (d) =>
    say('dns', ANSWERS[String(d['result'])] ?? `answers ${String(d['rcode'])}`, String(d['reason'])),
  'dns.authority.limit': (d) =>
    say(
      'dns',
      d['sent']
        ? `tells ${String(d['client'])} to come back over TCP`
        : `leaves ${String(d['client'])} without an answer`,
      String(d['reason']),
    ),
  'dns.authority.zone': (d) =>
    say(
      'dns',
      d['serialAfter'] === null
        ? `serves ${bare(d['zone'])} no longer`
        : `serves ${bare(d['zone'])} with serial ${String(d['serialAfter'])}`,
      d['serialBefore'] === null
        ? 'It did not serve it before'
        : `Until now it had serial ${String(d['serialBefore'])}`,
    ),
  'dns.authority.health': (d) =>
    say(
      'dns',
      `hears that ${String(d['target'])} is ${d['up'] ? 'up' : 'down'}`,
      'A check of its health said so',
    ),
  'tcp.state': (d) => {
    const to = String(d['to']);
    if (d['from'] === 'CLOSED' && to === 'LISTEN') return undefined;
    return say('transport', `goes from ${String(d['from'])} to ${to}`, String(d['why']));
  },
  'tcp.retransmit': (d) => say('transport', `sends again (${String(d['reason'])})`, retransmitReason(d)),
  'tcp.error': (d) => say('transport', `gives its connection up: ${String(d['code'])}`, String(d['why'])),
  'tcp.challenge-ack': (d) => say('transport', 'answers with a challenge ACK', String(d['reason'])),
  'tcp.zero-window': () =>
    say('transport', 'must wait: the peer’s window is closed', 'The peer has no room for more'),
  'tcp.probe': () =>
    say('transport', 'probes a silent peer', 'Only an answer can tell whether it is still there'),
  'tcp.icmp': (d) => say('transport', `hears of an ICMP error: ${String(d['error'])}`),
  'tcp.drop': (d) =>
    say('transport', `drops a segment: ${DROPS[String(d['reason'])] ?? String(d['reason'])}`),
  'udp.drop': (d) => say('transport', `drops a datagram: ${String(d['reason'])}`),
  'http1.ask': (d) =>
    say('http', `asks for ${String(d['target'])}`, 'The connection stands: the request can go'),
  'http1.request': (d) => say('http', `reads the request ${String(d['method'])} ${String(d['target'])}`),
  'http1.answer': (d) =>
    say(
      'http',
      `answers ${String(d['status'])}, ${String(d['type']).replace(/;.*/, '')}, ${formatNumber(Number(d['length']))} bytes`,
      'The request is complete and the work is done',
    ),
  'http1.refused': (d) => say('http', `refuses what it got: ${String(d['message'])}`),
  'host.compute': (d) =>
    Number(d['duration']) >= 500_000
      ? say('app', `works for ${span(d['duration'])}: ${String(d['what'])}`, 'Programs need time, too')
      : undefined,
  'shell.run': (d) => say('app', `runs: ${String(d['line'])}`, `${String(d['user'])} typed it`),
  'shell.refused': (d) =>
    say('app', `does not read what was typed: ${String(d['line'])}`, String(d['reason'])),
  'shell.interrupt': () => say('app', 'is told to stop: Ctrl-C', 'Somebody pressed it'),
  'shell.exit': (d) =>
    say(
      'app',
      d['status'] === 0
        ? 'is done with the command'
        : `is done with the command, exit status ${String(d['status'])}`,
      'The program ended',
    ),
  'machine.power': (d) => say('app', d['what'] === 'off' ? 'goes dark' : 'starts anew, with empty tables'),
};

function retransmitReason(d: Detail): string {
  if (d['reason'] === 'timeout') return 'Nothing was acknowledged before the timer ran out';
  if (String(d['reason']).includes('fast'))
    return 'Three duplicate acknowledgments say that a segment is missing';
  return `The reason is ${String(d['reason'])}`;
}

/** The sentence for an event, or undefined when it has none. */
export function tell(event: TraceEvent, called: (machine: string) => string): Sentence | undefined {
  return Object.hasOwn(tellers, event.kind) ? tellers[event.kind]!(event.detail ?? {}, called) : undefined;
}

/** The kinds that have sentences. */
export const TOLD_KINDS: readonly string[] = Object.keys(tellers);
