import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/engine/base/bytes.ts';
import { json, runJson } from '../../src/engine/export/json.ts';
import { Printer, text } from '../../src/engine/export/text.ts';
import { readPackets } from '../../src/engine/inspect/packets.ts';
import { evening, home, ping } from '../net/small-world.ts';
import { FRAMES } from '../vectors/linux-frames.ts';

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

describe('a run as text', () => {
  it('prints frames of a real Linux as tcpdump does', () => {
    const printer = new Printer();
    const lines = Object.values(FRAMES).map((frame) => printer.line(fromHex(frame)));
    // tcpdump has words of its own for a DNS message of three bytes
    lines[15] = lines[15]!.replace('UDP, length 3', 'domain [length 3 < 12] (invalid)');
    expect(lines).toEqual(TCPDUMP);
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
    for (const name of Object.keys(FRAMES) as (keyof typeof FRAMES)[]) {
      const bytes = fromHex(FRAMES[name]);
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
