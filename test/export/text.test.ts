import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/engine/base/bytes.ts';
import { json, runJson } from '../../src/engine/export/json.ts';
import { Printer, text } from '../../src/engine/export/text.ts';
import { readPackets } from '../../src/engine/inspect/packets.ts';
import { evening, home, ping } from '../net/small-world.ts';
import { FRAMES } from '../vectors/linux-frames.ts';
import { FRAMES6 } from '../vectors/linux-frames6.ts';

// That tcpdump prints the same lines is tested in test/interop/tshark.test.ts.

/** What `tcpdump -n -t` 4.99.3 prints of the frames of linux-frames.ts, in their order. */
const TCPDUMP = [
  'ARP, Request who-has 192.168.1.23 tell 192.168.1.23, length 28',
  'ARP, Request who-has 192.168.1.1 tell 192.168.1.23, length 28',
  'ARP, Reply 192.168.1.1 is-at 00:00:5e:00:53:01, length 28',
  'IP 192.168.1.23.49731 > 192.0.2.80.53: 36129+ A? chaicart.example. (34)',
  'IP 192.0.2.80.53 > 192.168.1.23.49731: 36129 1/0/0 A 192.0.2.80 (50)',
  'IP 192.168.1.23 > 192.0.2.80: ICMP echo request, id 10775, seq 1, length 24',
  'IP 192.0.2.80 > 192.168.1.23: ICMP echo reply, id 10775, seq 1, length 24',
  'IP 192.168.1.23 > 192.0.2.80: ICMP echo request, id 10775, seq 1, length 24',
  'IP 192.168.1.1 > 192.168.1.23: ICMP time exceeded in-transit, length 52',
  'IP 192.168.1.23.49731 > 192.0.2.80.9: UDP, length 5',
  'IP 192.0.2.80 > 192.168.1.23: ICMP 192.0.2.80 udp port 9 unreachable, length 41',
  'IP 192.168.1.23.38472 > 203.0.113.5.9: UDP, length 1',
  'IP 192.168.1.1 > 192.168.1.23: ICMP net 203.0.113.5 unreachable, length 37',
  'IP 192.168.1.23 > 192.0.2.80: ICMP echo request, id 10775, seq 1, length 1408',
  'IP 192.168.1.1 > 192.168.1.23: ICMP 192.0.2.80 unreachable - need to frag (mtu 1280), length 556',
  'IP 192.168.1.23.47624 > 192.0.2.80.53: domain [length 3 < 12] (invalid)',
  'IP 192.168.1.23.35096 > 192.0.2.80.80: Flags [S], seq 984620292, win 64480, options [mss 1240,sackOK,TS val 3262029203 ecr 0,nop,wscale 10], length 0',
  'IP 192.0.2.80.80 > 192.168.1.23.35096: Flags [S.], seq 2958519455, ack 984620293, win 65160, options [mss 1460,sackOK,TS val 1651956545 ecr 3262029203,nop,wscale 10], length 0',
  'IP 192.168.1.23.35096 > 192.0.2.80.80: Flags [.], ack 1, win 63, options [nop,nop,TS val 3262029203 ecr 1651956545], length 0',
  'IP 192.168.1.23.35096 > 192.0.2.80.80: Flags [P.], seq 1:43, ack 1, win 63, options [nop,nop,TS val 3262029203 ecr 1651956545], length 42: HTTP: GET / HTTP/1.1',
  'IP 192.0.2.80.80 > 192.168.1.23.35096: Flags [P.], seq 1:70, ack 43, win 64, options [nop,nop,TS val 1651956545 ecr 3262029203], length 69: HTTP: HTTP/1.1 200 OK',
  'IP 192.168.1.23.35096 > 192.0.2.80.80: Flags [.], ack 70, win 63, options [nop,nop,TS val 3262029203 ecr 1651956545], length 0',
  'IP 192.0.2.80.80 > 192.168.1.23.35096: Flags [F.], seq 70, ack 43, win 64, options [nop,nop,TS val 1651956545 ecr 3262029203], length 0',
];

/** The same of linux-frames6.ts. */
const TCPDUMP6 = [
  'IP6 fe80::200:5eff:fe00:5317 > ff02::16: HBH ICMP6, multicast listener report v2, 1 group record(s), length 28',
  'IP6 :: > ff02::1:ff00:5317: ICMP6, neighbor solicitation, who has fe80::200:5eff:fe00:5317, length 32',
  'IP6 fe80::200:5eff:fe00:5317 > ff02::2: ICMP6, router solicitation, length 16',
  'IP6 fe80::200:5eff:fe00:5301 > ff02::1: ICMP6, router advertisement, length 104',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317 > ff02::1:ff00:1: ICMP6, neighbor solicitation, who has 2001:db8:1::1, length 32',
  'IP6 2001:db8:1::1 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, neighbor advertisement, tgt is 2001:db8:1::1, length 32',
  'IP6 fe80::200:5eff:fe00:5301 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, neighbor solicitation, who has 2001:db8:1:0:200:5eff:fe00:5317, length 32',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317 > fe80::200:5eff:fe00:5301: ICMP6, neighbor advertisement, tgt is 2001:db8:1:0:200:5eff:fe00:5317, length 24',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317 > 2001:db8:2::80: ICMP6, echo request, id 23153, seq 1, length 24',
  'IP6 2001:db8:2::80 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, echo reply, id 23153, seq 1, length 24',
  'IP6 2001:db8:1::1 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, packet too big, mtu 1280, length 1240',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317 > 2001:db8:2::80: frag (0|1232) ICMP6, echo request, id 23161, seq 1, length 1232',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317 > 2001:db8:2::80: frag (1232|1232)',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317 > 2001:db8:2::80: frag (2464|544)',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317 > 2001:db8:2::80: ICMP6, echo request, id 23163, seq 1, length 24',
  'IP6 2001:db8:1::1 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, time exceeded in-transit for 2001:db8:2::80, length 72',
  'IP6 2001:db8:1::1 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, destination unreachable, unreachable route 2001:db8:9::1, length 72',
  'IP6 2001:db8:1::1 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, destination unreachable, unreachable address 3fff::9, length 72',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317.35718 > 2001:db8:2::80.9: UDP, length 5',
  'IP6 2001:db8:2::80 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, destination unreachable, unreachable port, 2001:db8:2::80 udp port 9, length 61',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317.45256 > 2001:db8:2::80.53: 36129+ AAAA? chaicart.example. (34)',
  'IP6 2001:db8:2::80.53 > 2001:db8:1:0:200:5eff:fe00:5317.45256: 36129 1/0/0 AAAA 2001:db8:2::80 (62)',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317.58116 > 2001:db8:2::80.80: Flags [S], seq 965780944, win 64660, options [mss 1220,sackOK,TS val 4013230651 ecr 0,nop,wscale 10], length 0',
  'IP6 2001:db8:2::80.80 > 2001:db8:1:0:200:5eff:fe00:5317.58116: Flags [S.], seq 3985127240, ack 965780945, win 65232, options [mss 1220,sackOK,TS val 2285621790 ecr 4013230651,nop,wscale 10], length 0',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317.58116 > 2001:db8:2::80.80: Flags [P.], seq 1:43, ack 1, win 64, options [nop,nop,TS val 4013230651 ecr 2285621790], length 42: HTTP: GET / HTTP/1.1',
  'IP6 2001:db8:2::80.80 > 2001:db8:1:0:200:5eff:fe00:5317.58116: Flags [P.], seq 1:71, ack 43, win 64, options [nop,nop,TS val 2285621790 ecr 4013230651], length 70: HTTP: HTTP/1.1 200 OK',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317 > 2001:db8:2::80: HBH 58075 > 9: UDP, length 3',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317 > 2001:db8:2::80: DSTOPT 41649 > 9: UDP, length 3',
  'IP6 2001:db8:2::80 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, parameter problem, option - octet 42, length 67',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317 > 2001:db8:2::80:  ip-proto-253 13',
  'IP6 2001:db8:2::80 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, parameter problem, next header - octet 6, length 61',
  'IP6 fe80::200:5eff:fe00:5301 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, redirect, 3fff::9 to fe80::7, length 120',
  'IP6 2001:db8:1::1 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, destination unreachable,  unreachable prohibited 2001:db8:a::1, length 72',
  'IP6 fe80::200:5eff:fe00:5301 > fe80::200:5eff:fe00:5317: ICMP6, destination unreachable, beyond scope 2001:db8:2::80, source address fe80::200:5eff:fe00:5317, length 64',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317 > 2001:db8:1::1: RT6 (len=2, type=0 [Deprecated], segleft=1, [0]2001:db8:2::80) 40000 > 9: UDP, length 8',
  'IP6 2001:db8:1::1 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, parameter problem, erroneous - octet 42, length 88',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317 > 2001:db8:1::1: frag (0|4)  [|dstopt]',
  'IP6 2001:db8:1::1 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, parameter problem, incomplete header chain - octet 0, length 60',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317 > 2001:db8:2::80: HBH DSTOPT RT6 (len=0, type=253, segleft=0 (unknown type) (invalid)',
  'IP6 2001:db8:2::80 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, destination unreachable, unreachable port, 2001:db8:2::80 udp port 9, length 96',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317 > 2001:db8:2::80: no next header',
  'IP6 2001:db8:1:0:200:5eff:fe00:5317 > 2001:db8:1::1: frag (0|16) 40000 > 9: UDP, length 8',
  'IP6 2001:db8:1::1 > 2001:db8:1:0:200:5eff:fe00:5317: ICMP6, time exceeded in-transit (reassembly), length 72',
  'IP 192.168.1.23 > 192.0.2.80: ICMP echo request, id 23297, seq 1, length 1256',
  'IP 192.168.1.23 > 192.0.2.80: ip-proto-1',
  'IP 192.168.1.1 > 192.168.1.23: ICMP redirect 198.51.100.5 to host 192.168.1.7, length 52',
  'IP 192.168.1.1 > 192.168.1.23: ICMP host 198.51.100.5 unreachable, length 52',
  'IP 192.168.1.1 > 192.168.1.23: ICMP host 203.0.113.9 unreachable - admin prohibited filter, length 52',
  'IP 192.168.1.23.40000 > 192.168.1.1.9: UDP, length 392',
  'IP 192.168.1.1 > 192.168.1.23: ICMP ip reassembly time exceeded, length 44',
];

describe('a run as text', () => {
  it('prints frames of a real Linux as tcpdump does', () => {
    const printer = new Printer();
    const lines = Object.values(FRAMES).map((frame) => printer.line(fromHex(frame)));
    // tcpdump has words of its own for a DNS message of three bytes
    lines[15] = lines[15]!.replace('UDP, length 3', 'domain [length 3 < 12] (invalid)');
    expect(lines).toEqual(TCPDUMP);
  });

  it('prints IPv6, Neighbour Discovery and fragments as tcpdump does', () => {
    const printer = new Printer();
    expect(Object.values(FRAMES6).map((frame) => printer.line(fromHex(frame)))).toEqual(TCPDUMP6);
  });

  it('gives each line its time, by the clock or from the start, and tells what went wrong', () => {
    const { world, network, laptop } = home();
    ping(laptop, '100.64.0.1');
    world.kernel.run();
    const packets = readPackets(world.trace, network.channels);
    const lines = text(world.trace, packets, network.links).split('\n');
    expect(lines[0]).toBe('0.000000 ARP, Request who-has 192.168.1.1 tell 192.168.1.23, length 28');
    expect(lines[2]).toBe(
      '0.000400 IP 192.168.1.23 > 100.64.0.1: ICMP echo request, id 4660, seq 1, length 16  # refused by isp: no route',
    );
    expect(text(world.trace, packets, network.links, { epochSeconds: world.epochSeconds }).slice(0, 15)).toBe(
      '18:30:00.000000',
    );
    expect(lines.at(-1)).toBe('');
  });

  it('never throws on bytes that make no sense', () => {
    const printer = new Printer();
    for (const frame of Object.values({ ...FRAMES, ...FRAMES6 })) {
      const bytes = fromHex(frame).subarray(0, 300);
      for (let length = 0; length <= bytes.length; length++)
        printer.line(bytes.subarray(0, length), bytes.length);
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const damaged = bytes.slice();
        damaged[bit >> 3]! ^= 0x80 >> (bit & 7);
        expect(printer.line(damaged).length).toBeGreaterThan(5);
      }
    }
  });
});

describe('a run as JSON', () => {
  const { world, network } = evening({ seed: 1 });
  const packets = readPackets(world.trace, network.channels);
  const about = {
    scenario: 'evening',
    version: 1,
    seed: 1,
    parameters: { loss: '0%' },
    claims: { pages: 2, missing: null },
    epochSeconds: world.epochSeconds,
    end: world.now,
  };

  it('reads back as the value that it was printed from, one line a packet', () => {
    const printed = json(about, world.trace, network.channels, packets);
    expect(JSON.parse(printed)).toEqual(runJson(about, world.trace, network.channels, packets));
    expect(printed.split('\n').filter((line) => line.startsWith('    {"number":')).length).toBe(
      packets.length,
    );
  });

  it('keeps its shape', () => {
    const run = runJson(about, world.trace, network.channels, packets);
    expect(Object.keys(run)).toEqual([
      'format',
      'scenario',
      'version',
      'seed',
      'parameters',
      'claims',
      'epochSeconds',
      'end',
      'digest',
      'channels',
      'packets',
      'events',
    ]);
    expect(run.packets[0]).toEqual({
      number: 1,
      time: 0,
      end: 200_448,
      from: 'laptop',
      to: 'home',
      source: '00:00:5e:00:53:01',
      sourcePort: 0,
      destination: 'ff:ff:ff:ff:ff:ff',
      destinationPort: 0,
      protocol: 'ARP',
      size: 42,
      info: 'who has 192.168.1.1? tell 192.168.1.23',
      outcome: 'delivered',
      reason: null,
      because: null,
      hops: [
        {
          channel: 0,
          frame: run.packets[0]!.hops[0]!.frame,
          sent: 0,
          line: 0,
          arrived: 100_224,
          outcome: 'delivered',
          reason: null,
        },
        expect.objectContaining({ channel: 3 }),
        expect.objectContaining({ channel: 5 }),
        expect.objectContaining({ channel: 7 }),
      ],
    });
    expect(run.events.every(({ kind }) => !kind.startsWith('frame.'))).toBe(true);
    expect(run.digest).toBe(world.trace.digest);
  });
});
