/** The programs over a small network: what the interop comparison cannot show, because times are masked there. */
import { describe, expect, it } from 'vitest';
import { ip6, parseIp } from '../../src/engine/base/ip.ts';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import type { Router } from '../../src/engine/net/host.ts';
import { dropNth, duplicate } from '../../src/engine/net/link/fault.ts';
import type { SystemNames } from '../../src/engine/shell/names.ts';
import { PROGRAMS } from '../../src/engine/shell/programs.ts';
import { openTerminals } from '../../src/engine/shell/terminal.ts';
import { ProgramError, sleep } from '../../src/engine/sim/task.ts';
import { town, type } from './small-town.ts';

const WEB = '203.0.113.80';

/** Lets both sides learn each other's cards, so that times are plain. */
function acquainted() {
  const place = town();
  type(place, `ping -c 1 ${WEB}`);
  type(place, 'ping -c 1 2001:db8:3::80');
  return place;
}

describe('ping', () => {
  it('measures in virtual time', () => {
    const { out, took } = type(acquainted(), `ping -c 3 ${WEB}`);
    expect(out).toContain('icmp_seq=3 ttl=63 time=20.0 ms\n');
    expect(out).toContain('3 packets transmitted, 3 received, 0% packet loss, time 2000ms\n');
    expect(out).toContain('rtt min/avg/max/mdev = 20.000/20.000/20.000/0.000 ms\n');
    expect(took).toBe(2020 * MILLISECOND);
  });

  it('counts what is lost, waits twice the longest trip and at least an interval for the last one', () => {
    const place = acquainted();
    // counted from now: the two requests before have passed
    const passed = [...place.world.trace.events(['frame.sent'])].filter(
      ({ b }) => b === place.far.forward.index,
    ).length;
    place.far.forward.faults.push(dropNth([passed + 3]));
    const { out, status, took } = type(place, `ping -c 3 ${WEB}`);
    expect(status).toBe(0);
    expect(out).toContain('3 packets transmitted, 2 received, 33.3333% packet loss, time 2000ms');
    expect(took).toBe(3 * SECOND);
  });

  it('tells doubles', () => {
    const place = acquainted();
    place.far.backward.faults.push(duplicate(1, place.world.random('double')));
    const { out } = type(place, `ping -c 2 -i 0.5 ${WEB}`);
    expect(out).toMatch(/icmp_seq=1 ttl=63 time=[\d.]+ ms \(DUP!\)\n/);
    expect(out).toMatch(/2 received, \+1 duplicates/);
  });

  it('waits ten seconds for the first answer, or as long as -W says', () => {
    expect(type(acquainted(), 'ping -c 1 203.0.113.99 -W 0.25').took).toBe(250 * MILLISECOND);
    const place = acquainted();
    type(place, 'true');
    place.world.input(place.world.now, 'cut', { from: 'home', to: 'web' });
    expect(type(place, `ping -c 2 ${WEB}`).took).toBe(11 * SECOND);
  });

  it('ends at the deadline', () => {
    const { took, status, out } = type(acquainted(), `ping -w 3 ${WEB}`);
    expect(took).toBe(3 * SECOND);
    expect(status).toBe(0);
    expect(out).toContain('3 packets transmitted');
  });

  it('fills its packets as asked, with the time in front', () => {
    const place = acquainted();
    const payload = (line: string): Uint8Array => {
      const before = place.world.trace.length;
      type(place, line);
      const { trace } = place.world;
      const sent = [...trace.events(['frame.sent'], before)][0]!;
      const at = trace.frames.at(sent.a);
      return trace.frames.slab(sent.a).slice(at + 42, at + trace.frames.size(sent.a));
    };
    const usual = payload(`ping -c 1 -s 20 ${WEB}`);
    const view = new DataView(usual.buffer, usual.byteOffset);
    expect(Number(view.getBigUint64(0, true))).toBe(place.world.epochSeconds);
    expect([...usual.slice(16)]).toEqual([16, 17, 18, 19]);
    expect([...payload(`ping -c 1 -s 4 -p 0a1b ${WEB}`)]).toEqual([10, 27, 10, 27]);
  });

  it('looks names up with the machine’s resolver, and says what that says', () => {
    const place = town();
    const system: SystemNames = {
      host: place.laptop,
      *addresses(name, { family }) {
        yield* sleep(place.world.kernel, MILLISECOND);
        if (name !== 'tea.example')
          throw new ProgramError(name === 'empty.example' ? 'ENODATA' : 'ENOTFOUND');
        return { addresses: [parseIp(family === 6 ? '2001:db8:3::80' : WEB)], canonicalName: name };
      },
      // biome-ignore lint/correctness/useYield: it knows no names of addresses
      *nameOf() {
        throw new ProgramError('ENOTFOUND');
      },
      flush: () => 0,
    };
    openTerminals(place.network, { users: { laptop: 'maya' }, systems: [system] });
    expect(type(place, 'ping -c 1 tea.example').out).toContain(`PING tea.example (${WEB})`);
    expect(type(place, 'ping -6 -c 1 tea.example').out).toContain(
      'PING tea.example(www.chaicart.example (2001:db8:3::80))',
    );
    expect(type(place, 'ping no.example')).toMatchObject({
      status: 2,
      err: 'ping: no.example: Name or service not known\n',
    });
    expect(type(place, 'ping empty.example').err).toContain('No address associated with hostname');
  });
});

describe('traceroute', () => {
  it('shows each hop with its time', () => {
    const { out, status } = type(acquainted(), `traceroute -n ${WEB}`);
    expect(status).toBe(0);
    expect(out).toBe(
      `traceroute to ${WEB} (${WEB}), 30 hops max, 60 byte packets\n` +
        ' 1  192.168.1.1  10.000 ms  10.000 ms  10.000 ms\n' +
        ` 2  ${WEB}  20.000 ms  20.000 ms  20.000 ms\n`,
    );
  });

  it('asks with echo requests when told to, also over IPv6', () => {
    const place = acquainted();
    expect(type(place, `traceroute -n -I ${WEB}`).out).toContain(` 2  ${WEB}  20.000 ms  20.000 ms`);
    expect(type(place, 'traceroute -n -I -6 2001:db8:3::80').out).toContain(' 2  2001:db8:3::80  20.000 ms');
    expect(type(place, 'traceroute -n 2001:db8:3::80').out).toContain(
      '80 byte packets\n 1  2001:db8:1::1  10.000 ms',
    );
  });

  it('prints lines as answers come', () => {
    const place = acquainted();
    const start = place.world.now;
    type(place, `traceroute -n ${WEB}`);
    const times = [...place.world.trace.events(['shell.output'])]
      .filter(({ time }) => time > start)
      .map(({ time }) => (time - start) / MILLISECOND);
    expect(times[0]).toBe(10);
    expect(times.at(-1)).toBe(20);
  });

  it('leaves no port behind', () => {
    const place = acquainted();
    type(place, `traceroute -n ${WEB}`);
    expect(place.laptop.udp.openPorts).toEqual([]);
  });

  it('ends though nobody answers', () => {
    const place = acquainted();
    place.world.input(place.world.now, 'cut', { from: 'laptop', to: 'home' });
    const { out, took, status } = type(place, `traceroute -n -m 20 ${WEB}`);
    expect(status).toBe(0);
    expect(out.split('\n')).toHaveLength(22);
    // sixteen at once, five seconds each
    expect(took).toBe(20 * SECOND);
  });
});

describe('ip, ss and the rest', () => {
  it('shows lifetimes of autoconfigured addresses and routes in whole seconds', () => {
    const place = town();
    const phone = place.network.host('phone');
    const wifi = [place.home, 'wifi', '2001:db8:5::1/64'] as const;
    place.network.link([phone, 'wlan0'], wifi, { delay: MILLISECOND });
    place.network.autoconfigure(phone, 'wlan0');
    const prefix = {
      prefix: ip6('2001:db8:5::'),
      prefixLength: 64,
      isOnLink: true,
      isAutonomous: true,
      validLifetime: 7200,
      preferredLifetime: 3600,
    };
    place.network.advertise(place.home as Router, 'wifi', { routerLifetime: 1800, prefixes: [prefix] });
    place.world.kernel.run({ until: 5 * SECOND });
    const printed: string[] = [];
    const nobody = (): never => {
      throw new ProgramError('EAI_AGAIN');
    };
    const run = (name: string, ...args: string[]): void => {
      const env = {
        host: phone,
        name,
        args,
        user: 'maya',
        input: undefined,
        onInterrupt: undefined,
      } as const;
      const print = (text: string): void => void printed.push(...text.split('\n').map((one) => one.trim()));
      const program = PROGRAMS.get(name)!.program({
        ...env,
        out: print,
        err: print,
        nameOf: () => undefined,
        systemCache: undefined,
        resolverCache: undefined,
        resolve: nobody,
        lookUp: nobody,
        reverse: nobody,
      });
      phone.run(name, program);
      place.world.kernel.run({ until: place.world.now + MILLISECOND });
    };
    run('ip', 'addr', 'show', 'dev', 'wlan0');
    run('ip', '-6', 'route');
    const text = printed.join('\n');
    expect(text).toMatch(
      /inet6 2001:db8:5:\S+\/64 scope global dynamic mngtmpaddr\nvalid_lft 719\dsec preferred_lft 359\dsec/,
    );
    expect(text).toMatch(/inet6 fe80::\S+\/64 scope link\nvalid_lft forever preferred_lft forever/);
    expect(text).toMatch(/2001:db8:5::\/64 dev wlan0 proto kernel metric 256 expires 719\dsec pref medium/);
    expect(text).toMatch(
      /default via fe80::\S+ dev wlan0 proto ra metric 1024 expires 179\dsec hoplimit 64 pref medium/,
    );
  });

  it('lists a connection, and where it stands', () => {
    const place = acquainted();
    place.laptop.run('client', place.laptop.tcp.connect(parseIp(WEB), 80));
    place.world.kernel.run({ until: place.world.now + SECOND });
    const { out } = type(place, 'ss -tn');
    expect(out).toMatch(
      /^State Recv-Q Send-Q Local Address:Port {2}Peer Address:PortProcess\nESTAB 0 {6}0 {7}192\.168\.1\.23:\d{5} 203\.0\.113\.80:80 {9}\n$/,
    );
    expect(type(place, 'ss -tln', 'web').out).toMatch(/\nLISTEN 0 {6}128 {16}\*:80 {14}\*:\* {10}\n$/);
    expect(type(place, 'ss -t', 'web').out).toContain('203.0.113.80:http');
  });

  it('shows where sockets are bound, and whom they hear, as iproute2 does', () => {
    const place = town();
    const { tcp, udp } = place.laptop;
    // in the order in which they are shown, IPv4 first
    tcp.listen(40_005, 511, {}, ip6('::1'));
    for (const [port, address] of [
      [40_001, '127.0.0.1'],
      [40_002, '0.0.0.0'],
    ] as const) {
      tcp.listen(port, 511, {}, parseIp(address));
      udp.bind(port, parseIp(address));
    }
    tcp.listen(40_003, 511);
    tcp.listen(40_004, 511, {}, ip6('::'));
    udp.bind(40_005, ip6('::1'));
    udp.bind(40_006, parseIp('127.0.0.1')).connect(parseIp('127.0.0.1'), 40_001);
    const plain = (line: string) =>
      type(place, line)
        .out.split('\n')
        .filter((one) => one.includes('4000'))
        .map((one) => one.trim().replace(/ +/g, ' '));
    expect(plain('ss -tlnH')).toEqual([
      'LISTEN 0 511 127.0.0.1:40001 0.0.0.0:*',
      'LISTEN 0 511 0.0.0.0:40002 0.0.0.0:*',
      'LISTEN 0 511 [::1]:40005 [::]:*',
      'LISTEN 0 511 *:40003 *:*',
      'LISTEN 0 511 [::]:40004 [::]:*',
    ]);
    expect(plain('ss -uanH')).toEqual([
      'UNCONN 0 0 127.0.0.1:40001 0.0.0.0:*',
      'UNCONN 0 0 0.0.0.0:40002 0.0.0.0:*',
      'ESTAB 0 0 127.0.0.1:40006 127.0.0.1:40001',
      'UNCONN 0 0 [::1]:40005 [::]:*',
    ]);
  });

  it('a root is told that nothing can be changed here', () => {
    const { err, status } = type(town(), 'ip route add 10.0.0.0/8 via 192.168.1.23', 'home');
    expect(status).toBe(2);
    expect(err).toBe('Changing things with "ip route add" is not available in this terminal.\n');
  });

  it('help names every program', () => {
    const { out } = type(town(), 'help');
    for (const [name, { about }] of PROGRAMS) {
      expect(out).toContain(`  ${name.padEnd(12)} ${about}\n`);
      expect(type(town(), `help ${name}`).out).toContain(about);
    }
    expect(type(town(), 'help me').status).toBe(1);
  });

  it('sleep takes the time that it says', () => {
    expect(type(town(), 'sleep 1.5 0.5s 0.01m').took).toBe(2600 * MILLISECOND);
  });

  it.each([...PROGRAMS.keys()])('%s ends whatever it is given', (name) => {
    const place = town();
    for (const args of [
      '',
      '-',
      '--',
      '-x',
      '--nonsense=1',
      'a b c d e',
      "''",
      '-c',
      '-n -n',
      '../..',
      '-6 -4',
      '%',
    ])
      expect(type(place, `${name} ${args}`).status, `${name} ${args}`).toBeLessThan(256);
  });
});
