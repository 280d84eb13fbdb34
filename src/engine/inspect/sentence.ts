/**
 * Events as plain sentences: who did what, and the reason that the machine recorded.
 *
 * A reason is never invented here: it is what the event says, or a law of the protocol that the event's kind stands
 * for. Kinds without a sentence are details that only tables and digests need.
 */
import { formatNumber } from '../base/units.ts';
import type { Detail, TraceEvent } from '../trace/event.ts';
import { nameTellers } from './sentence-names.ts';
import { networkTellers } from './sentence-network.ts';
import { ownProgramTellers } from './sentence-own-programs.ts';
import { programTellers } from './sentence-programs.ts';
import { bare, type Sentence, say, span, type Teller } from './sentence-words.ts';

export type { Sentence } from './sentence-words.ts';

function port(remote: unknown): string {
  const [, address, number] = /^\[?(.*?)\]?:(\d+)$/.exec(String(remote)) ?? ['', String(remote), '?'];
  return `${address}, port ${number}`;
}

const DROPS: Readonly<Record<string, string>> = {
  'duplicate-syn': 'it has seen this SYN before',
  'zero-window': 'its window is closed',
};

const tellers: Readonly<Record<string, Teller>> = {
  ...networkTellers,
  ...nameTellers,
  ...programTellers,
  ...ownProgramTellers,
  input: (d, called) => {
    const what = String(d['what']);
    const lower = (machine: unknown): string => called(String(machine)).replace(/^The /, 'the ');
    if (what === 'enter')
      return say('app', d['url'] ? `presses Enter: ${String(d['url'])}` : 'presses Enter', '', 'Maya');
    if (what === 'cut')
      return say('link', `cut the link from ${lower(d['from'])} to ${lower(d['to'])}`, '', 'You');
    if (what === 'leave') return say('app', `closes the page: ${String(d['url'])}`, '', 'Maya');
    if (what === 'off') return say('app', `switched ${lower(d['machine'])} off`, '', 'You');
    if (what === 'restart') return say('app', `restarted ${lower(d['machine'])}`, '', 'You');
    if (what === 'storm') return say('app', 'begins to ask for names that nobody has', '', 'Eve');
    if (what === 'reflect') return say('app', 'begins to ask in Maya’s name', '', 'Eve');
    if (what === 'look') return say('app', 'looks for the shop', '', 'Maya');
    if (what === 'try')
      return say('app', `tries the shop’s new name on ${lower(d['machine'])}`, '', 'Somebody');
    if (what === 'zone')
      return say('dns', `saves the zone ${bare(d['origin'])} on ${lower(d['machine'])}`, '', 'Somebody');
    if (what === 'move') return say('app', 'moves to another address', '', 'The hoster');
    if (what === 'repair')
      return say('app', 'looks whether the plan that is applied is still there', '', 'Somebody');
    if (what === 'end-resolver') return say('app', 'ends the resolver’s program', '', 'Somebody');
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
  'eyeballs.wait': (d) => say('app', 'waits a moment for the other family', String(d['reason'])),
  'eyeballs.order': (d) => say('app', `will try ${String(d['addresses'])}`, String(d['reason'])),
  'eyeballs.attempt': (d) => say('app', `tries ${String(d['address'])}`, String(d['reason'])),
  'eyeballs.failed': (d) => say('app', `gets no connection to ${String(d['address'])}`, String(d['code'])),
  'eyeballs.fail': (d) =>
    say('app', 'has no address left to try', `The last one ended with ${String(d['code'])}`),
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
  'udp.forge': (d) =>
    say(
      'transport',
      `writes to ${String(d['to'])}, port ${String(d['toPort'])}, in the name of ${String(d['from'])}`,
      'Who sends a packet writes the sender’s address, and may write any',
    ),
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
  return Object.hasOwn(tellers, event.kind)
    ? tellers[event.kind]!(event.detail ?? {}, called, event.node)
    : undefined;
}

/** The kinds that have sentences. */
export const TOLD_KINDS: readonly string[] = Object.keys(tellers);
