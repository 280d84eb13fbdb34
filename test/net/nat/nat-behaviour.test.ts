import { describe, expect, it } from 'vitest';
import { formatIp4, parseIp4 } from '../../../src/engine/base/address.ts';
import { type Bytes, writeU16 } from '../../../src/engine/base/bytes.ts';
import { HOUR, MINUTE, type Nanoseconds, SECOND } from '../../../src/engine/base/units.ts';
import { isScarcity, type NatOptions } from '../../../src/engine/net/nat/nat.ts';
import type { Dependence } from '../../../src/engine/net/nat/nat-table.ts';
import { fixIpv4Checksum } from '../../../src/engine/wire/ipv4.ts';
import {
  answerTo,
  datagram,
  destinationOf,
  type End,
  echo,
  end,
  ICMP,
  icmpError,
  NatAlone,
  OUTSIDE,
  sourceOf,
  sumsHold,
  TCP,
  UDP,
} from './nat-alone.ts';

const show = ({ ip, port }: End): string => `${formatIp4(ip)}:${port}`;
const source = (bytes: Bytes | string): string => (typeof bytes === 'string' ? bytes : show(sourceOf(bytes)));
const destination = (bytes: Bytes | string): string =>
  typeof bytes === 'string' ? bytes : show(destinationOf(bytes));
const from = (protocol: number, a: string, b: string, flags?: number): Bytes =>
  datagram(protocol, end(a), end(b), flags === undefined ? {} : { flags });

const SYN = 2;
const RST = 4;
const ACK = 16;
const SYN_ACK = 18;
const FIN_ACK = 17;

const KINDS: readonly Dependence[] = [
  'endpoint-independent',
  'address-dependent',
  'address-and-port-dependent',
];

describe('mapping (RFC 4787 §4.1)', () => {
  it.each([
    ['endpoint-independent', [true, true, true]],
    ['address-dependent', [true, true, false]],
    ['address-and-port-dependent', [true, false, false]],
  ] as const)('%s', (mapping, expected) => {
    const alone = new NatAlone({ mapping, assignment: 'sequential' });
    const first = source(alone.send(UDP, '10.0.0.2:5000', '203.0.113.80:7'));
    const others = ['203.0.113.80:7', '203.0.113.80:8', '198.51.100.53:7'].map(
      (to) => source(alone.send(UDP, '10.0.0.2:5000', to)) === first,
    );
    expect(others).toEqual(expected);
  });

  it('is by protocol: TCP and UDP on one inside port are two mappings (RFC 7857 §5)', () => {
    const alone = new NatAlone({ assignment: 'sequential' });
    const ports = [UDP, TCP].map((one) => sourceOf(alone.send(one, '10.0.0.2:5000', '203.0.113.80:7')).port);
    expect(new Set(ports).size).toBe(2);
  });
});

describe('filtering (RFC 4787 §5), for each mapping', () => {
  const strangers = ['203.0.113.80:7', '203.0.113.80:8', '198.51.100.53:7'];
  const welcome: Readonly<Record<Dependence, readonly boolean[]>> = {
    'endpoint-independent': [true, true, true],
    'address-dependent': [true, true, false],
    'address-and-port-dependent': [true, false, false],
  };
  it.each(KINDS.flatMap((mapping) => KINDS.map((filtering) => [mapping, filtering] as const)))(
    'mapping %s, filtering %s',
    (mapping, filtering) => {
      for (const protocol of [UDP, TCP]) {
        const alone = new NatAlone({ mapping, filtering });
        const sent = alone.send(protocol, '10.0.0.2:5000', '203.0.113.80:7', SYN);
        const got = strangers.map((who) => {
          const came = alone.in(from(protocol, who, show(sourceOf(sent)), SYN));
          return typeof came !== 'string' && destination(came) === '10.0.0.2:5000' && source(came) === who;
        });
        expect(got).toEqual(welcome[filtering]);
        // a port that nothing maps is the machine's own business
        expect(alone.in(from(protocol, '203.0.113.80:7', '192.0.2.1:4999'))).toBe('mine');
      }
    },
  );

  it('says why it refuses, as an event, too', () => {
    const alone = new NatAlone({ filtering: 'address-dependent' });
    alone.send(UDP, '10.0.0.2:5000', '203.0.113.80:7');
    const reason = alone.in(from(UDP, '198.51.100.53:7', '192.0.2.1:5000'));
    expect(reason).toBe('nobody inside has written to this address');
    const [event] = [...alone.world.trace.events(['nat.refuse'])];
    expect(event!.detail).toEqual({ reason, from: '198.51.100.53', to: '192.0.2.1' });
  });

  it('forgets whom the inside has written to with the session, not with the mapping', () => {
    const alone = new NatAlone();
    alone.send(UDP, '10.0.0.2:5000', '203.0.113.80:7');
    alone.wait(3 * MINUTE);
    alone.send(UDP, '10.0.0.2:5000', '198.51.100.53:7');
    alone.wait(3 * MINUTE);
    expect(typeof alone.in(from(UDP, '198.51.100.53:7', '192.0.2.1:5000'))).toBe('object');
    expect(alone.in(from(UDP, '203.0.113.80:7', '192.0.2.1:5000'))).toMatch(/nobody inside/);
  });

  it('lets the inside answer a stranger through the port that he came to, whatever the mapping', () => {
    const alone = new NatAlone({
      mapping: 'address-and-port-dependent',
      filtering: 'endpoint-independent',
      assignment: 'sequential',
    });
    const sent = alone.send(UDP, '10.0.0.2:5000', '203.0.113.80:7');
    alone.in(from(UDP, '198.51.100.53:9', show(sourceOf(sent))));
    expect(source(alone.send(UDP, '10.0.0.2:5000', '198.51.100.53:9'))).toBe(source(sent));
  });
});

describe('ports (RFC 4787 §4.2)', () => {
  it('are kept where they are free, with their parity where not (REQ-4), on their side of 1024 (REQ-3a)', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const alone = new NatAlone({}, seed);
      const port = (host: number, inside: number, protocol = UDP): number =>
        sourceOf(alone.send(protocol, `10.0.0.${host}:${inside}`, '203.0.113.80:7')).port;
      expect(port(2, 5001)).toBe(5001);
      const second = port(3, 5001);
      expect(second).not.toBe(5001);
      expect(second & 1).toBe(1);
      expect(second).toBeGreaterThan(1023);
      expect(port(2, 500)).toBe(500);
      expect(port(3, 500)).toBeLessThan(1024);
      expect(port(2, 5001, TCP)).toBe(5001);
    }
  });

  it('follow one another, or are drawn, from the range that is given', () => {
    const ports = { first: 40_001, last: 40_003 };
    const inTurn = new NatAlone({ assignment: 'sequential', ports });
    const drawn = new NatAlone({ assignment: 'random', ports });
    const take = (alone: NatAlone): number[] =>
      [2, 3, 4].map((host) => sourceOf(alone.send(TCP, `10.0.0.${host}:5000`, '203.0.113.80:7')).port);
    expect(take(inTurn)).toEqual([40_001, 40_002, 40_003]);
    expect(take(drawn).sort()).toEqual([40_001, 40_002, 40_003]);
  });

  it('that the machine itself uses are not handed out', () => {
    const alone = new NatAlone();
    alone.nat.keepOff((protocol, port) => protocol === UDP && port === 5000);
    expect(source(alone.send(UDP, '10.0.0.2:5000', '203.0.113.80:7'))).not.toBe('192.0.2.1:5000');
    expect(source(alone.send(TCP, '10.0.0.2:5000', '203.0.113.80:7'))).toBe('192.0.2.1:5000');
    expect(alone.nat.isMapped(TCP, OUTSIDE, 5000)).toBe(true);
    expect(alone.nat.isMapped(UDP, OUTSIDE, 5000)).toBe(false);
  });

  it('run out, with a reason, and come back when a mapping has expired', () => {
    const alone = new NatAlone({ ports: { first: 2000, last: 2003 } });
    for (let i = 0; i < 4; i++) alone.send(UDP, `10.0.0.2:${5000 + i}`, '203.0.113.80:7');
    const late = from(UDP, '10.0.0.3:5000', '203.0.113.80:7');
    expect(alone.out(late)).toBe('no outside port is free');
    expect(isScarcity('no outside port is free')).toBe(true);
    // the other protocols have ports of their own, and who has a mapping keeps it
    alone.send(TCP, '10.0.0.3:5000', '203.0.113.80:7');
    alone.wait(5 * MINUTE - 1);
    expect(alone.out(late)).toBe('no outside port is free');
    alone.wait(1);
    expect(typeof alone.out(late)).toBe('object');
    expect([...alone.world.trace.events(['nat.close'])].map(({ detail }) => detail!['reason'])).toEqual(
      Array(5).fill('time-out'),
    );
  });

  it('are counted for each subscriber (RFC 6888 REQ-4), and sessions for all', () => {
    const alone = new NatAlone({ mappingsPerInside: 2 });
    alone.send(UDP, '10.0.0.2:5000', '203.0.113.80:7');
    alone.send(UDP, '10.0.0.2:5000', '203.0.113.80:8');
    alone.send(TCP, '10.0.0.2:5000', '203.0.113.80:7');
    const third = alone.out(from(UDP, '10.0.0.2:5001', '203.0.113.80:7'));
    expect(third).toBe('this subscriber has its 2 mappings');
    expect(isScarcity(String(third))).toBe(true);
    alone.send(UDP, '10.0.0.3:5001', '203.0.113.80:7');

    const small = new NatAlone({ maxSessions: 2 });
    small.send(UDP, '10.0.0.2:5000', '203.0.113.80:7');
    small.send(UDP, '10.0.0.2:5000', '203.0.113.80:8');
    expect(small.out(from(UDP, '10.0.0.2:5000', '203.0.113.80:9'))).toBe('the table is full');
    expect(small.out(from(UDP, '10.0.0.3:6000', '203.0.113.80:9'))).toBe('the table is full');
    // what was refused holds no port
    expect(small.nat.isMapped(UDP, OUTSIDE, 6000)).toBe(false);
    small.wait(5 * MINUTE);
    expect(typeof small.out(from(UDP, '10.0.0.3:6000', '203.0.113.80:9'))).toBe('object');
  });
});

describe('pools of addresses', () => {
  const addresses = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(parseIp4);
  const used = (options: NatOptions): string[] => {
    const alone = new NatAlone({ addresses, ...options });
    const flows = [2, 3, 4].flatMap((host) => [5000, 5001, 5002].map((port) => `10.0.0.${host}:${port}`));
    return flows.map(
      (flow) => `${flow.slice(0, 8)} ${formatIp4(sourceOf(alone.send(UDP, flow, '203.0.113.80:7')).ip)}`,
    );
  };

  it('paired: one inside address, one outside address (REQ-2)', () => {
    const pairs = used({});
    expect(new Set(pairs).size).toBe(3);
    expect(new Set(pairs.map((pair) => pair.slice(9))).size).toBe(3);
  });

  it('arbitrary: any of them', () => {
    expect(new Set(used({ pooling: 'arbitrary' })).size).toBeGreaterThan(3);
  });

  it('paired: whose address has no port left gets none elsewhere (RFC 7857 §4)', () => {
    const alone = new NatAlone({ addresses, ports: { first: 2000, last: 2000 } });
    alone.send(UDP, '10.0.0.2:5000', '203.0.113.80:7');
    expect(alone.out(from(UDP, '10.0.0.2:5001', '203.0.113.80:7'))).toBe('no outside port is free');
    alone.send(UDP, '10.0.0.3:5000', '203.0.113.80:7');
    expect(addresses.every((address) => alone.nat.owns(address))).toBe(true);
    expect(alone.nat.owns(parseIp4('192.0.2.4'))).toBe(false);
  });
});

describe('time-outs', () => {
  /** Opens a flow, does what `then` says, and tests that it lives to the last nanosecond and no longer. */
  const lives = (
    protocol: number,
    idle: Nanoseconds,
    then: (alone: NatAlone, sent: Bytes) => void = () => {},
    options: NatOptions = {},
  ): void => {
    for (const [wait, isAlive] of [
      [idle - 1, true],
      [idle, false],
    ] as const) {
      const alone = new NatAlone(options);
      const sent =
        protocol === ICMP
          ? (alone.out(echo(parseIp4('10.0.0.2'), parseIp4('203.0.113.80'), 77)) as Bytes)
          : alone.send(protocol, '10.0.0.2:5000', '203.0.113.80:7', SYN);
      then(alone, sent);
      alone.wait(wait);
      expect(alone.rows.length).toBe(isAlive ? 1 : 0);
      expect(typeof alone.in(answerTo(sent, ACK))).toBe(isAlive ? 'object' : 'string');
      expect(alone.tables.live).toEqual(alone.tables.replayed);
    }
  };
  const answer =
    (flags: number, wait = 0) =>
    (alone: NatAlone, sent: Bytes): void => {
      alone.wait(wait);
      expect(typeof alone.in(answerTo(sent, flags))).toBe('object');
    };

  it('UDP: five minutes (RFC 4787 REQ-5c)', () => lives(UDP, 5 * MINUTE));
  it('ICMP queries: a minute (RFC 5508 REQ-2)', () => lives(ICMP, MINUTE));
  it('TCP that opens: four minutes (RFC 5382 REQ-5)', () => lives(TCP, 4 * MINUTE));
  it('TCP that is established: two hours and four minutes, from its last packet on', () =>
    lives(TCP, 2 * HOUR + 4 * MINUTE, answer(SYN_ACK, MINUTE)));
  it('TCP that closes: four minutes', () =>
    lives(TCP, 4 * MINUTE, (alone, sent) => {
      answer(SYN_ACK)(alone, sent);
      answer(FIN_ACK)(alone, sent);
      expect(alone.rows[0]!.state).toBe('established');
      alone.send(TCP, '10.0.0.2:5000', '203.0.113.80:7', FIN_ACK);
      expect(alone.rows[0]!.state).toBe('closing');
    }));
  it('TCP that was reset: four minutes from the first reset on (RFC 7857 §2.2)', () =>
    lives(TCP, 3 * MINUTE, (alone, sent) => {
      answer(SYN_ACK)(alone, sent);
      answer(RST)(alone, sent);
      alone.wait(MINUTE);
      answer(RST)(alone, sent);
    }));
  it('a reset by itself never lengthens anything (RFC 7857 §7.1)', () =>
    lives(TCP, 3 * MINUTE, answer(RST, MINUTE)));
  it('any other packet shows that a reset was none', () =>
    lives(TCP, 2 * HOUR + 4 * MINUTE, (alone, sent) => {
      answer(SYN_ACK)(alone, sent);
      answer(RST, MINUTE)(alone, sent);
      answer(ACK, MINUTE)(alone, sent);
    }));
  it('what comes in does not put UDP off (RFC 4787 REQ-6), unless asked', () => {
    lives(UDP, 4 * MINUTE, answer(0, MINUTE));
    lives(UDP, 5 * MINUTE, answer(0, MINUTE), { inboundRefresh: true });
  });
  it('are options, each by itself', () => {
    lives(UDP, 30 * SECOND, undefined, { timeouts: { udp: 30 * SECOND } });
    lives(TCP, 4 * MINUTE, undefined, { timeouts: { udp: 30 * SECOND } });
    lives(TCP, HOUR, answer(SYN_ACK), { timeouts: { tcpEstablished: HOUR } });
  });

  it('outbound packets keep a mapping alive for as long as they come (RFC 4787 REQ-6)', () => {
    const alone = new NatAlone({ assignment: 'random' });
    const first = source(alone.send(UDP, '10.0.0.2:5000', '203.0.113.80:7'));
    for (let i = 0; i < 100; i++) {
      alone.wait(5 * MINUTE - 1);
      expect(source(alone.send(UDP, '10.0.0.2:5000', '203.0.113.80:7'))).toBe(first);
    }
    alone.wait(5 * MINUTE);
    expect(source(alone.send(UDP, '10.0.0.2:5000', '203.0.113.80:7'))).not.toBe(first);
  });

  it('a stranger who knocks does not keep a mapping alive, not even where all may', () => {
    const alone = new NatAlone({ filtering: 'endpoint-independent' });
    alone.send(TCP, '10.0.0.2:5000', '203.0.113.80:7', SYN);
    for (let minute = 0; minute < 4; minute++) {
      for (const flags of [SYN, ACK, RST])
        expect(typeof alone.in(from(TCP, `198.51.100.${minute}:${flags}`, '192.0.2.1:5000', flags))).toBe(
          'object',
        );
      alone.wait(MINUTE);
    }
    expect(alone.rows).toEqual([]);
    expect(alone.in(from(TCP, '198.51.100.9:2', '192.0.2.1:5000', SYN))).toBe('mine');
  });

  it('ICMP errors neither refresh nor end anything (RFC 5508 REQ-6)', () =>
    lives(UDP, 4 * MINUTE, (alone, sent) => {
      alone.wait(MINUTE);
      expect(typeof alone.in(icmpError(parseIp4('198.51.100.1'), sent))).toBe('object');
    }));

  it('close with the reason', () => {
    const alone = new NatAlone();
    const one = alone.send(TCP, '10.0.0.2:5000', '203.0.113.80:7', SYN);
    const two = alone.send(TCP, '10.0.0.2:5001', '203.0.113.80:7', SYN);
    alone.send(TCP, '10.0.0.2:5002', '203.0.113.80:7', SYN);
    alone.in(answerTo(one, RST));
    alone.in(answerTo(two, FIN_ACK));
    alone.send(TCP, '10.0.0.2:5001', '203.0.113.80:7', FIN_ACK);
    alone.wait(4 * MINUTE);
    // looked for, and found to be over
    for (const port of [5000, 5001, 5002]) alone.in(from(TCP, '203.0.113.80:7', `192.0.2.1:${port}`));
    alone.send(UDP, '10.0.0.2:5000', '203.0.113.80:7');
    alone.nat.clear();
    expect([...alone.world.trace.events(['nat.close'])].map(({ detail }) => detail!['reason'])).toEqual([
      'reset',
      'closed',
      'time-out',
      'restart',
    ]);
    expect(alone.nat.rows().size).toBe(0);
  });
});

describe('TCP states', () => {
  const states = (steps: readonly (readonly [way: 'in' | 'out', flags: number])[]): string[] => {
    const alone = new NatAlone();
    alone.send(TCP, '10.0.0.2:5000', '203.0.113.80:7', SYN);
    return steps.map(([way, flags]) => {
      if (way === 'out') alone.send(TCP, '10.0.0.2:5000', '203.0.113.80:7', flags);
      else alone.in(from(TCP, '203.0.113.80:7', '192.0.2.1:5000', flags));
      return alone.rows[0]!.state;
    });
  };

  it('a simultaneous open (RFC 5382 REQ-2a)', () => {
    expect(
      states([
        ['in', SYN],
        ['out', SYN_ACK],
        ['in', SYN_ACK],
      ]),
    ).toEqual(Array(3).fill('established'));
  });
  it('nothing but the inside’s words leaves it opening', () => {
    expect(
      states([
        ['out', SYN],
        ['out', ACK],
      ]),
    ).toEqual(['opening', 'opening']);
  });
  it('what follows a reset, or two, shows what went on before', () => {
    const steps = [
      ['in', SYN_ACK],
      ['in', RST],
      ['in', RST],
      ['out', ACK],
    ] as const;
    expect(states(steps)).toEqual(['established', 'reset', 'reset', 'established']);
  });
  it('a new connection on the ports of an old one, begun by either side', () => {
    const over = [
      ['in', SYN_ACK],
      ['out', FIN_ACK],
      ['in', FIN_ACK],
    ] as const;
    const expected = ['established', 'established', 'closing', 'opening', 'established'];
    expect(states([...over, ['out', SYN], ['in', SYN_ACK]])).toEqual(expected);
    expect(states([...over, ['in', SYN], ['out', SYN_ACK]])).toEqual(expected);
    // while it goes on, a SYN from outside begins nothing
    expect(
      states([
        ['in', SYN_ACK],
        ['in', SYN],
      ]),
    ).toEqual(['established', 'established']);
  });
});

describe('port forwards', () => {
  const forwards = [
    { protocol: 'TCP', outsidePort: 80, inside: parseIp4('10.0.0.8'), insidePort: 8080 },
    { protocol: 'both', outsidePort: 5353, inside: parseIp4('10.0.0.9'), insidePort: 53 },
  ] as const;

  it('let anybody in, and the answers out of the same port', () => {
    const alone = new NatAlone({ forwards });
    const came = alone.in(from(TCP, '203.0.113.80:999', '192.0.2.1:80', SYN)) as Bytes;
    expect([source(came), destination(came)]).toEqual(['203.0.113.80:999', '10.0.0.8:8080']);
    expect(source(alone.out(answerTo(came, SYN_ACK)))).toBe('192.0.2.1:80');
    expect(alone.rows.find(({ remote }) => remote === '203.0.113.80:999')!.state).toBe('established');
    expect(alone.in(from(UDP, '203.0.113.80:999', '192.0.2.1:80'))).toBe('mine');
    for (const protocol of [TCP, UDP])
      expect(destination(alone.in(from(protocol, '203.0.113.80:9', '192.0.2.1:5353', SYN)))).toBe(
        '10.0.0.9:53',
      );
  });

  it('have rows that stay, also through a restart, and ports that nobody else gets', () => {
    const alone = new NatAlone({ forwards });
    alone.nat.clear();
    alone.wait(100 * HOUR);
    expect(
      alone.rows.map(({ protocol, inside, outside, remote, state }) => [
        protocol,
        inside,
        outside,
        remote,
        state,
      ]),
    ).toEqual([
      ['TCP', '10.0.0.8:8080', '192.0.2.1:80', 'anyone', 'forward'],
      ['TCP', '10.0.0.9:53', '192.0.2.1:5353', 'anyone', 'forward'],
      ['UDP', '10.0.0.9:53', '192.0.2.1:5353', 'anyone', 'forward'],
    ]);
    expect(source(alone.send(UDP, '10.0.0.2:5353', '203.0.113.80:7'))).not.toBe('192.0.2.1:5353');
    expect(alone.tables.live).toEqual(alone.tables.replayed);
  });

  it('are the outside port of what the inside begins there, too', () => {
    for (const mapping of KINDS) {
      const alone = new NatAlone({ forwards, mapping });
      expect(source(alone.send(UDP, '10.0.0.9:53', '203.0.113.80:7'))).toBe('192.0.2.1:5353');
    }
  });

  it('to one endpoint by two ports are told apart by who came to which', () => {
    const twice = [80, 81].map((outsidePort) => ({ ...forwards[0], outsidePort }));
    const alone = new NatAlone({ forwards: twice });
    const one = alone.in(from(TCP, '203.0.113.80:1', '192.0.2.1:80', SYN)) as Bytes;
    const two = alone.in(from(TCP, '203.0.113.80:2', '192.0.2.1:81', SYN)) as Bytes;
    expect(source(alone.out(answerTo(two, SYN_ACK)))).toBe('192.0.2.1:81');
    expect(source(alone.out(answerTo(one, SYN_ACK)))).toBe('192.0.2.1:80');
  });

  it('that contradict each other or lead nowhere are our caller’s mistake', () => {
    expect(() => new NatAlone({ forwards: [forwards[0], forwards[0]] })).toThrow(/twice/);
    expect(() => new NatAlone({ forwards: [{ ...forwards[0], outside: parseIp4('192.0.2.9') }] })).toThrow(
      /not translate/,
    );
    expect(() => new NatAlone({ forwards: [{ ...forwards[0], outsidePort: 65_536 }] })).toThrow(/65536/);
    expect(() => new NatAlone({ ports: { first: 9, last: 8 } })).toThrow(/9 to 8/);
    expect(() => new NatAlone({ maxSessions: 0 })).toThrow(/room/);
    expect(() => new NatAlone({ timeouts: { udp: 0 } })).toThrow(/udp/);
  });
});

describe('hairpinning (RFC 4787 REQ-9)', () => {
  it('shows both sides an outside endpoint, and turns errors around (RFC 5508 REQ-7)', () => {
    const alone = new NatAlone({ filtering: 'endpoint-independent' });
    alone.send(UDP, '10.0.0.3:6000', '203.0.113.80:7');
    const there = alone.turn(from(UDP, '10.0.0.2:5000', '192.0.2.1:6000')) as Bytes;
    expect([source(there), destination(there), sumsHold(there)]).toEqual([
      '192.0.2.1:5000',
      '10.0.0.3:6000',
      true,
    ]);
    const back = alone.turn(answerTo(there)) as Bytes;
    expect([source(back), destination(back), sumsHold(back)]).toEqual([
      '192.0.2.1:6000',
      '10.0.0.2:5000',
      true,
    ]);
    const error = alone.turn(icmpError(parseIp4('10.0.0.3'), there)) as Bytes;
    const quoted = error.subarray(28);
    expect([formatIp4(sourceOf(error).ip), formatIp4(destinationOf(error).ip)]).toEqual([
      '192.0.2.1',
      '10.0.0.2',
    ]);
    expect([source(quoted), destination(quoted)]).toEqual(['10.0.0.2:5000', '192.0.2.1:6000']);
    expect([sumsHold(error), sumsHold(quoted)]).toEqual([true, true]);
  });

  it('goes through the filtering behaviour: the second of two who write to each other gets through', () => {
    const alone = new NatAlone();
    alone.send(UDP, '10.0.0.2:5000', '203.0.113.80:7');
    alone.send(UDP, '10.0.0.3:6000', '203.0.113.80:7');
    expect(alone.turn(from(UDP, '10.0.0.2:5000', '192.0.2.1:6000'))).toMatch(/nobody inside/);
    expect(destination(alone.turn(from(UDP, '10.0.0.3:6000', '192.0.2.1:5000')))).toBe('10.0.0.2:5000');
    expect(destination(alone.turn(from(UDP, '10.0.0.2:5000', '192.0.2.1:6000')))).toBe('10.0.0.3:6000');
  });

  it('reaches port forwards, and itself', () => {
    const inside = parseIp4('10.0.0.8');
    const alone = new NatAlone({
      forwards: [{ protocol: 'TCP', outsidePort: 80, inside, insidePort: 8080 }],
    });
    const there = alone.turn(from(TCP, '10.0.0.2:5000', '192.0.2.1:80', SYN)) as Bytes;
    expect([source(there), destination(there)]).toEqual(['192.0.2.1:5000', '10.0.0.8:8080']);
    const back = alone.turn(answerTo(there, SYN_ACK)) as Bytes;
    expect([source(back), destination(back)]).toEqual(['192.0.2.1:80', '10.0.0.2:5000']);
    const self = alone.turn(from(TCP, '10.0.0.8:8080', '192.0.2.1:80', SYN)) as Bytes;
    expect([source(self), destination(self)]).toEqual(['192.0.2.1:80', '10.0.0.8:8080']);
  });

  it('can be off; what nothing maps, and pings, are for the machine itself', () => {
    const alone = new NatAlone({ hairpinning: false });
    alone.send(UDP, '10.0.0.3:6000', '203.0.113.80:7');
    const knock = from(UDP, '10.0.0.2:5000', '192.0.2.1:6000');
    expect(alone.turn(knock)).toBe('the inside may not use its outside address here');
    expect(alone.rows.length).toBe(1);
    expect(alone.turn(from(UDP, '10.0.0.2:5000', '192.0.2.1:6001'))).toBe('mine');
    expect(alone.turn(echo(parseIp4('10.0.0.2'), OUTSIDE, 6000))).toBe('mine');
  });
});

describe('what is not translated', () => {
  const refused = (change: (bytes: Bytes) => void): Bytes | string => {
    const bytes = from(UDP, '10.0.0.2:5000', '203.0.113.80:7');
    change(bytes);
    fixIpv4Checksum(bytes, 0);
    return new NatAlone().out(bytes);
  };
  it.each<[string, RegExp, (bytes: Bytes) => void]>([
    ['a first fragment', /fragment/, (bytes) => void (bytes[6] = 0x20)],
    ['a later one', /fragment/, (bytes) => void (bytes[7] = 1)],
    ['another protocol', /without ports/, (bytes) => void (bytes[9] = 47)],
    ['too few bytes', /shorter/, (bytes) => writeU16(bytes, 2, 24)],
    ['a router advertisement', /belongs to no flow/, (bytes) => bytes.set([1], 9) ?? bytes.set([9], 20)],
  ])('%s', (_, reason, change) => {
    expect(refused(change)).toMatch(reason);
  });

  it('an answer to a question that never came in, and questions from outside', () => {
    const alone = new NatAlone();
    const inside = parseIp4('10.0.0.2');
    const remote = parseIp4('203.0.113.80');
    alone.out(echo(inside, remote, 77));
    expect(alone.out(echo(inside, remote, 77, true))).toMatch(/nobody outside has asked/);
    // even with an identifier that somebody inside uses
    expect(alone.in(echo(remote, OUTSIDE, 77))).toBe('mine');
    expect(typeof alone.in(echo(remote, OUTSIDE, 77, true))).toBe('object');
  });

  it('ICMP errors about nothing that was translated, or damaged ones (RFC 5508 REQ-3 to REQ-5)', () => {
    const alone = new NatAlone();
    const sent = alone.send(UDP, '10.0.0.2:5000', '203.0.113.80:7');
    const router = parseIp4('198.51.100.1');
    const good = icmpError(router, sent);
    expect(typeof alone.in(good)).toBe('object');
    for (const at of [20, 24, 28, 30, 40, 52]) {
      const damaged = good.slice();
      damaged[at]! ^= 4;
      expect(alone.in(damaged)).toBe('mine');
    }
    expect(alone.in(icmpError(router, sent, { most: 27 }))).toBe('mine');
    expect(alone.in(icmpError(router, from(UDP, '192.0.2.1:5001', '203.0.113.80:7')))).toBe('mine');
    expect(alone.in(icmpError(router, from(UDP, '192.0.2.1:5000', '203.0.113.80:8')))).toBe('mine');
    const about = from(UDP, '203.0.113.80:7', '10.0.0.2:5001');
    expect(alone.out(icmpError(parseIp4('10.0.0.2'), about))).toBe('an ICMP error about no flow');
    expect(alone.out(icmpError(parseIp4('10.0.0.2'), icmpError(router, sent)))).toMatch(
      /about an ICMP error/,
    );
  });
});
