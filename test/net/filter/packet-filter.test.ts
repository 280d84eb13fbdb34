import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../../src/engine/base/address.ts';
import { type Bytes, fromLatin1 } from '../../../src/engine/base/bytes.ts';
import { formatIp, ip6, parseIp } from '../../../src/engine/base/ip.ts';
import { Random } from '../../../src/engine/base/random.ts';
import { HOUR, MINUTE, SECOND } from '../../../src/engine/base/units.ts';
import { readPackets } from '../../../src/engine/inspect/packets.ts';
import { homeFirewall, openPort } from '../../../src/engine/net/filter/home-firewall.ts';
import {
  type FilterOptions,
  filterTable,
  PacketFilter,
  type PacketVerdict,
} from '../../../src/engine/net/filter/packet-filter.ts';
import type { Chain, Rule } from '../../../src/engine/policy/match.ts';
import { World } from '../../../src/engine/sim/world.ts';
import { fixIpv4Checksum } from '../../../src/engine/wire/ipv4.ts';
import { writeIpv6 } from '../../../src/engine/wire/ipv6.ts';
import { compareTables } from '../../inspect/compare-tables.ts';
import { datagram, echo, end, icmpError, TCP, UDP } from '../nat/nat-alone.ts';
import { fetchPage, home, PAGE, ping, servePage, WEB } from '../small-world.ts';

const SYN = 2;
const RST = 4;
const ACK = 16;
const SYN_ACK = 18;
const FIN_ACK = 17;

class FilterAlone {
  readonly world = new World();
  readonly filter: PacketFilter;

  constructor(options: FilterOptions = homeFirewall('wan')) {
    this.filter = new PacketFilter(this.world, 'router', options);
  }

  wait(time: number): void {
    this.world.kernel.run({ until: this.world.now + time });
  }

  judge(way: 'out' | 'in' | Chain, bytes: Bytes): PacketVerdict {
    const family = bytes[0]! >> 4 === 4 ? 4 : 6;
    if (way === 'out') return this.filter.judge('forward', 'lan', 'wan', bytes, 0, family);
    if (way === 'in') return this.filter.judge('forward', 'wan', 'lan', bytes, 0, family);
    if (way === 'input') return this.filter.judge('input', 'wan', undefined, bytes, 0, family);
    return this.filter.judge(way, undefined, 'wan', bytes, 0, family);
  }

  /** `accept`, or the rule that said no. */
  says(way: 'out' | 'in' | Chain, bytes: Bytes): string {
    const verdict = this.judge(way, bytes);
    return verdict.action === 'accept' ? 'accept' : verdict.rule;
  }

  get rows() {
    return [...this.filter.rows().values()].filter(({ expires }) => expires > this.world.now);
  }

  get replayed() {
    const rows = new Map();
    for (const event of this.world.trace.events(filterTable.kinds)) filterTable.apply(rows, event);
    return rows;
  }
}

const ASKED = 'nobody inside has asked for it';
const INVALID = 'belongs to no connection';
const INSIDE = '192.168.1.23:50000';
const SERVER = '203.0.113.80:80';

const tcp = (from: string, to: string, flags: number): Bytes => datagram(TCP, end(from), end(to), { flags });
const udp = (from: string, to: string): Bytes => datagram(UDP, end(from), end(to));

// ── IPv6 ──

const A = ip6('2001:db8:1::23');
const B = ip6('2001:db8:80::80');

/** An IPv6 packet; `extension` puts a destination options header before its data. */
function packet6(from: string, to: string, next: number, data: readonly number[], extension = false): Bytes {
  const body = extension ? [next, 0, 1, 4, 0, 0, 0, 0, ...data] : data;
  const bytes = new Uint8Array(40 + body.length);
  writeIpv6(bytes, 0, body.length, extension ? 60 : next, 64, ip6(from), ip6(to));
  bytes.set(body, 40);
  return bytes;
}

const ports = (from: number, to: number): number[] => [from >> 8, from & 255, to >> 8, to & 255];
const udp6 = (from: string, a: number, to: string, b: number, extension = false): Bytes =>
  packet6(from, to, 17, [...ports(a, b), 0, 8, 0, 0], extension);
const tcp6 = (from: string, a: number, to: string, b: number, flags: number): Bytes =>
  packet6(from, to, 6, [...ports(a, b), 0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags, 1, 0, 0, 0, 0, 0]);
const icmp6 = (
  from: string,
  to: string,
  type: number,
  body: readonly number[] = [0, 7, 0, 1],
  code = 0,
): Bytes => packet6(from, to, 58, [type, code, 0, 0, ...body]);
const error6 = (from: string, to: string, type: number, about: Bytes, code = 0): Bytes =>
  icmp6(from, to, type, [0, 0, 5, 0, ...about], code);

describe('a home’s packet filter, IPv4', () => {
  it('lets out what the inside begins, and in what answers it: UDP, TCP, pings', () => {
    const alone = new FilterAlone();
    expect(alone.says('in', udp(SERVER, INSIDE))).toBe(ASKED);
    expect(alone.says('out', udp(INSIDE, SERVER))).toBe('accept');
    expect(alone.says('in', udp(SERVER, INSIDE))).toBe('accept');
    expect(alone.says('in', udp('203.0.113.80:81', INSIDE))).toBe(ASKED);
    expect(alone.says('in', udp('203.0.113.81:80', INSIDE))).toBe(ASKED);

    expect(alone.says('in', tcp(SERVER, INSIDE, SYN))).toBe(ASKED);
    expect(alone.says('in', tcp(SERVER, INSIDE, SYN_ACK))).toBe(INVALID);
    expect(alone.says('out', tcp(INSIDE, SERVER, SYN))).toBe('accept');
    expect(alone.says('in', tcp(SERVER, INSIDE, SYN_ACK))).toBe('accept');

    const [a, b] = [parseIp4('192.168.1.23'), parseIp4('203.0.113.80')];
    expect(alone.says('in', echo(b, a, 7, true))).toBe(INVALID);
    expect(alone.says('out', echo(a, b, 7))).toBe('accept');
    expect(alone.says('in', echo(b, a, 7, true))).toBe('accept');
    // the same identifier asked from outside is no answer
    expect(alone.says('in', echo(b, a, 7))).toBe(ASKED);
    expect(alone.rows.map(({ protocol, from, to, state }) => [protocol, from, to, state])).toEqual([
      ['UDP', INSIDE, SERVER, 'answered'],
      ['TCP', INSIDE, SERVER, 'established'],
      ['ICMP', '192.168.1.23:7', '203.0.113.80', 'answered'],
    ]);
  });

  it('answers pings itself, unless told not to; nothing else', () => {
    const knock = echo(parseIp4('203.0.113.80'), parseIp4('192.0.2.10'), 7);
    expect(new FilterAlone().says('input', knock)).toBe('accept');
    expect(new FilterAlone(homeFirewall('wan', { answersPings: false })).says('input', knock)).toBe(ASKED);
    expect(new FilterAlone().says('in', knock)).toBe(ASKED);
    expect(new FilterAlone().says('input', tcp(SERVER, '192.0.2.10:22', SYN))).toBe(ASKED);
  });

  it('lets errors in that quote what was sent, and no others', () => {
    const alone = new FilterAlone();
    const sent = udp(INSIDE, SERVER);
    const router = parseIp4('198.51.100.1');
    expect(alone.says('in', icmpError(router, sent))).toBe(INVALID);
    alone.judge('out', sent);
    const before = alone.rows;
    alone.wait(MINUTE);
    expect(alone.says('in', icmpError(router, sent))).toBe('accept');
    expect(alone.says('in', icmpError(router, sent, { most: 28 }))).toBe('accept');
    expect(alone.says('in', icmpError(router, sent, { most: 24 }))).toBe(INVALID);
    expect(alone.says('in', icmpError(router, udp(INSIDE, '203.0.113.80:81')))).toBe(INVALID);
    // it quotes one machine’s datagram to another
    const stray = icmpError(router, sent);
    stray[19] = 99;
    fixIpv4Checksum(stray, 0);
    expect(alone.says('in', stray)).toBe(INVALID);
    // and they change nothing (RFC 6092 REC-19)
    expect(alone.rows).toEqual(before);
  });

  it('opens what a rule opens: NAT says where to, the filter whether', () => {
    const alone = new FilterAlone(homeFirewall('wan', { open: [openPort(parseIp('192.168.1.25'), 80)] }));
    expect(alone.says('in', tcp(SERVER, '192.168.1.25:80', SYN))).toBe('accept');
    expect(alone.says('in', tcp(SERVER, '192.168.1.25:80', SYN))).toBe('accept');
    expect(alone.says('out', tcp('192.168.1.25:80', SERVER, SYN_ACK))).toBe('accept');
    expect(alone.says('in', tcp(SERVER, '192.168.1.25:81', SYN))).toBe(ASKED);
    expect(alone.says('in', tcp(SERVER, '192.168.1.24:80', SYN))).toBe(ASKED);
    expect(alone.says('in', udp(SERVER, '192.168.1.25:80'))).toBe(ASKED);
    expect(alone.rows.length).toBe(1);
  });

  it('what is too short or a fragment belongs to nothing', () => {
    const piece = udp(INSIDE, SERVER);
    piece[6] = 0x20;
    expect(new FilterAlone().says('out', piece)).toBe(INVALID);
    const short = udp(INSIDE, SERVER);
    short[3] = 24;
    expect(new FilterAlone().says('out', short)).toBe(INVALID);
  });
});

describe('a home’s packet filter, IPv6 (RFC 6092, RFC 4890)', () => {
  it('no address is hidden, and still nobody comes in unasked', () => {
    const alone = new FilterAlone();
    expect(alone.says('in', tcp6(B, 50_000, A, 80, SYN))).toBe(ASKED);
    expect(alone.says('out', tcp6(A, 50_000, B, 80, SYN))).toBe('accept');
    expect(alone.says('in', tcp6(B, 80, A, 50_000, SYN_ACK))).toBe('accept');
    expect(alone.says('in', tcp6(B, 81, A, 50_000, SYN_ACK))).toBe(INVALID);
    expect(alone.says('out', udp6(A, 50_000, B, 53, true))).toBe('accept');
    expect(alone.says('in', udp6(B, 53, A, 50_000))).toBe('accept');
    expect(alone.rows.map(({ protocol, from }) => [protocol, from])).toEqual([
      ['TCP', '[2001:db8:1::23]:50000'],
      ['UDP', '[2001:db8:1::23]:50000'],
    ]);
  });

  it('what the link needs reaches the router, and goes no further', () => {
    for (const type of [130, 131, 132, 133, 134, 135, 136, 143])
      expect(new FilterAlone().says('input', icmp6('fe80::1', 'fe80::2', type)), String(type)).toBe('accept');
    // redirects are a matter of policy (RFC 4890 §4.4.4), node information is refused (§4.3.5)
    for (const type of [137, 139]) expect(new FilterAlone().says('input', icmp6(B, A, type))).toBe(ASKED);
    expect(new FilterAlone().says('in', icmp6(B, A, 135))).toBe(ASKED);
  });

  it('pings pass (RFC 4890 §4.3.1), and so does IPsec (RFC 6092 REC-21, REC-22, REC-24)', () => {
    const alone = new FilterAlone();
    expect(alone.says('in', icmp6(B, A, 128))).toBe('accept');
    expect(alone.says('out', icmp6(A, B, 129))).toBe('accept');
    expect(alone.says('in', icmp6(ip6('2001:db8:80::81'), A, 129))).toBe(INVALID);
    expect(alone.says('in', udp6(B, 500, A, 500))).toBe('accept');
    expect(alone.says('in', packet6(B, A, 50, [0, 0, 0, 1, 0, 0, 0, 1]))).toBe('accept');
    expect(alone.says('in', packet6(B, A, 132, [0, 0, 0, 1, 0, 0, 0, 1]))).toBe(ASKED);
  });

  it('“packet too big” passes with what it is about, and not without (REC-10, REC-18)', () => {
    const alone = new FilterAlone();
    const sent = udp6(A, 50_000, B, 53, true);
    const router = '2001:db8:ffff::1';
    expect(alone.says('in', error6(router, A, 2, sent))).toBe(INVALID);
    alone.judge('out', sent);
    for (const type of [1, 2, 3, 4]) expect(alone.says('in', error6(router, A, type, sent))).toBe('accept');
    expect(alone.says('in', error6(router, A, 2, sent.subarray(0, 47)))).toBe(INVALID);
    expect(alone.says('in', error6(router, '2001:db8:1::24', 2, sent))).toBe(INVALID);
  });

  it('a fragment of IPv6 belongs to nothing, unless it is the whole (RFC 6946)', () => {
    const piece = (rest: number): Bytes =>
      packet6(A, B, 44, [17, 0, rest >> 8, rest & 255, 0, 0, 0, 1, ...ports(50_000, 53), 0, 8, 0, 0]);
    expect(new FilterAlone().says('out', piece(0))).toBe('accept');
    expect(new FilterAlone().says('out', piece(1))).toBe(INVALID);
    expect(new FilterAlone().says('out', piece(8))).toBe(INVALID);
    // an error may be about a first fragment, which has ports
    const alone = new FilterAlone();
    alone.judge('out', udp6(A, 50_000, B, 53));
    expect(alone.says('in', error6('2001:db8:ffff::1', A, 3, piece(1)))).toBe('accept');
    expect(alone.says('in', error6('2001:db8:ffff::1', A, 3, piece(8)))).toBe(INVALID);
  });
});

describe('connections', () => {
  it('are remembered only when their first packet was accepted', () => {
    const alone = new FilterAlone();
    alone.judge('in', udp(SERVER, INSIDE));
    expect(alone.rows).toEqual([]);
    // so an answer from inside to what never came in begins a connection of its own
    expect(alone.says('out', udp(INSIDE, SERVER))).toBe('accept');
    expect(alone.rows[0]!.from).toBe(INSIDE);
  });

  it.each([
    ['UDP', 5 * MINUTE, [['out', udp(INSIDE, SERVER)]]],
    ['TCP, opening', 4 * MINUTE, [['out', tcp(INSIDE, SERVER, SYN)]]],
    [
      'TCP, established',
      124 * MINUTE,
      [
        ['out', tcp(INSIDE, SERVER, SYN)],
        ['in', tcp(SERVER, INSIDE, SYN_ACK)],
      ],
    ],
    [
      'TCP, closing',
      4 * MINUTE,
      [
        ['out', tcp(INSIDE, SERVER, SYN)],
        ['in', tcp(SERVER, INSIDE, SYN_ACK)],
        ['in', tcp(SERVER, INSIDE, FIN_ACK)],
        ['out', tcp(INSIDE, SERVER, FIN_ACK)],
      ],
    ],
  ] as const)('%s are forgotten at the very nanosecond', (_, timeout, packets) => {
    const alone = new FilterAlone();
    for (const [way, bytes] of packets) {
      alone.wait(MINUTE);
      expect(alone.says(way, bytes)).toBe('accept');
    }
    alone.wait(timeout - 1);
    expect(alone.rows.length).toBe(1);
    alone.wait(1);
    expect(alone.rows.length).toBe(0);
    const [way, bytes] = packets[0];
    const back = bytes[9] === UDP ? udp(SERVER, INSIDE) : tcp(SERVER, INSIDE, SYN_ACK);
    expect([way, alone.says('in', back)]).toEqual(['out', bytes[9] === UDP ? ASKED : INVALID]);
    expect([...alone.world.trace.events(['filter.close'])].length).toBe(1);
  });

  it('of TCP may begin in the middle, from inside only: so they outlive a restart', () => {
    const alone = new FilterAlone();
    alone.judge('out', tcp(INSIDE, SERVER, SYN));
    alone.judge('in', tcp(SERVER, INSIDE, SYN_ACK));
    alone.filter.clear();
    expect(alone.says('in', tcp(SERVER, INSIDE, ACK))).toBe(ASKED);
    for (const flags of [RST, FIN_ACK, SYN_ACK, 0])
      expect(alone.says('out', tcp(INSIDE, SERVER, flags))).toBe(INVALID);
    expect(alone.says('out', tcp(INSIDE, SERVER, ACK))).toBe('accept');
    expect(alone.says('in', tcp(SERVER, INSIDE, ACK))).toBe('accept');
  });

  it('have room for so many, then new ones are dropped until others end', () => {
    const alone = new FilterAlone({ ...homeFirewall('wan'), maxConnections: 2, timeouts: { udp: MINUTE } });
    const send = (port: number): string => alone.says('out', udp(`192.168.1.23:${port}`, SERVER));
    expect([send(1), send(2), send(3), send(1)]).toEqual([
      'accept',
      'accept',
      'the table of connections is full',
      'accept',
    ]);
    alone.wait(MINUTE);
    expect(send(3)).toBe('accept');
  });
});

describe('verdicts', { timeout: 60_000 }, () => {
  const rules: readonly Rule<'reject' | 'drop'>[] = [
    { name: 'no telnet', when: { protocols: [TCP], toPorts: [[23, 23]] }, action: 'reject' },
    { name: 'no chargen', when: { toPorts: [[19, 19]] }, action: 'reject' },
    { name: 'no discard', when: { toPorts: [[9, 9]] }, action: 'drop' },
  ];
  const options: FilterOptions = { rules, otherwise: { action: 'accept', name: 'anything else' } };

  it('say which rule, how to tell the sender, and leave an event', () => {
    const alone = new FilterAlone(options);
    expect(alone.judge('out', tcp(INSIDE, '203.0.113.80:23', SYN))).toEqual({
      action: 'reject',
      reason: 'packet filter: no telnet',
      rule: 'no telnet',
      answer: 'reset',
    });
    expect(alone.judge('out', udp(INSIDE, '203.0.113.80:19'))).toMatchObject({ answer: 'prohibited' });
    // a reset is never answered
    expect(alone.judge('out', tcp(INSIDE, '203.0.113.80:23', RST))).toMatchObject({ action: 'drop' });
    expect(alone.judge('out', udp(INSIDE, '203.0.113.80:9'))).toMatchObject({ action: 'drop' });
    const [first] = [...alone.world.trace.events(['filter.refuse'])];
    expect(first!.detail).toEqual({
      chain: 'forward',
      action: 'reject',
      reason: 'no telnet',
      protocol: 'TCP',
      from: INSIDE,
      to: '203.0.113.80:23',
      state: 'new',
    });
    expect(alone.judge('out', udp(INSIDE, SERVER))).toEqual({ action: 'accept' });
    expect([...alone.world.trace.events(['filter.open'])][0]!.detail).toMatchObject({
      rule: 'anything else',
    });
  });

  it('leave a table that the trace can tell again, in 200 random worlds', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = new Random(seed);
      const alone = new FilterAlone();
      for (let step = 0; step < 50; step++) {
        if (random.chance(0.2)) alone.wait(random.below(random.chance(0.5) ? 5 * MINUTE : 2 * HOUR));
        const inside = `192.168.1.${23 + random.below(2)}:${5000 + random.below(2)}`;
        const flags = [SYN, SYN_ACK, ACK, FIN_ACK, RST][random.below(5)]!;
        const isOut = random.chance(0.5);
        const [from, to] = isOut ? [inside, SERVER] : [SERVER, inside];
        alone.judge(isOut ? 'out' : 'in', random.chance(0.5) ? udp(from, to) : tcp(from, to, flags));
      }
      if (seed % 10 === 0) alone.filter.clear();
      expect(new Map([...alone.filter.rows()]), `seed ${seed}`).toEqual(alone.replayed);
    }
  });
});

describe('NAT and firewall, told apart', () => {
  /** A world whose home router filters, and whose ISP's router knows the way to the inside. */
  const world = (isFiltering: boolean) => {
    const run = home();
    const filter = new PacketFilter(run.world, 'home', homeFirewall('wan'));
    if (isFiltering) run.home.ip.filter = filter;
    run.network.route(run.isp, '192.168.1.0/24', '192.0.2.10');
    return { ...run, filter };
  };

  it('NAT hides addresses: who knows an inside one, and the way, comes in all the same', () => {
    for (const isFiltering of [false, true]) {
      const run = world(isFiltering);
      const got: string[] = [];
      run.laptop.udp.bind(9).onReceive = ({ from }) => got.push(formatIp(from));
      run.web.udp.bind(50_000).send(parseIp4('192.168.1.23'), 9, fromLatin1('hello inside'));
      run.world.kernel.run({ until: SECOND });
      expect(got).toEqual(isFiltering ? [] : [formatIp(WEB)]);
      const last = readPackets(run.world.trace, run.network.channels).findLast(
        ({ maker }) => maker === 'web',
      )!;
      if (isFiltering)
        expect([last.last, last.outcome, last.reason]).toEqual([
          'home',
          'refused',
          `packet filter: ${ASKED}`,
        ]);
    }
  });

  it('with both, everything that the inside does still works', () => {
    const run = world(true);
    servePage(run.web);
    const fetching = run.laptop.run('fetch', fetchPage(run.laptop));
    const socket = run.phone.udp.bind();
    const errors: unknown[] = [];
    socket.onError = ({ code }) => errors.push(code);
    socket.send(WEB, 99, fromLatin1('nobody there'));
    ping(run.desk, '203.0.113.80');
    run.world.kernel.run({ until: 5 * SECOND });
    expect(fetching.result).toBe(PAGE);
    expect(errors).toEqual(['ECONNREFUSED']);
    expect([...run.world.trace.events(['filter.refuse'])]).toEqual([]);
    expect(compareTables(run.network, run.world.trace)).toEqual([]);
    const states = [...run.filter.rows().values()].map(({ protocol, state }) => [protocol, state]);
    expect(states.sort()).toEqual([
      ['ICMP', 'answered'],
      ['TCP', 'closing'],
      ['UDP', 'unanswered'],
    ]);
  });
});
