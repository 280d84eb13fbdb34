import { describe, expect, it } from 'vitest';
import { capture, type Tap } from '../../src/engine/export/capture.ts';
import { pcapng } from '../../src/engine/export/pcapng.ts';
import { compileFilter } from '../../src/engine/inspect/filter.ts';
import { readPackets } from '../../src/engine/inspect/packets.ts';
import { evening } from '../net/small-world.ts';
import { absent, isDamaged, matches, matchesOfAll, withCapture } from './tshark.ts';

/** Expressions that tshark takes as well; each is asked of the same captures on both sides. */
const EXPRESSIONS = [
  'arp',
  'ip',
  'icmp',
  'udp',
  'tcp',
  'dns',
  'http',
  'eth',
  'frame',
  '!tcp',
  'not not tcp',
  'arp or icmp',
  'tcp && ip || arp',
  'arp || tcp && http',
  '(arp || tcp) && http',
  'ip and not (tcp or udp)',
  'ip.addr == 203.0.113.80',
  'ip.addr eq 203.0.113.80',
  'ip.addr != 203.0.113.80',
  'ip.addr !== 203.0.113.80',
  'ip.addr === 203.0.113.80',
  '!(ip.addr == 203.0.113.80)',
  'ip.src == 203.0.113.0/24',
  'ip.src != 203.0.113.0/24',
  'ip.dst == 192.168.0.0/16',
  'ip.addr in {203.0.113.0/24, 198.51.100.53}',
  'ip.src in {192.0.2.0..192.0.2.255}',
  'ip.addr > 200.0.0.0',
  'ip.src < 192.0.2.5',
  'ip.src == ip.dst',
  'ip.ttl == 64',
  'ip.ttl > 60 and ip.ttl < 64',
  'ip.ttl <= 62',
  'ip.len >= 1000',
  'ip.flags.df == 1',
  'ip.flags.df == 0',
  'ip.proto == 17',
  'ip.version == 4',
  'ip.hdr_len == 20',
  'ip.id > 0x8000',
  'eth.addr == 00:00:5e:00:53:01',
  'eth.src == 00-00-5e-00-53-07',
  'eth.dst == ff:ff:ff:ff:ff:ff',
  'eth.dst == 0000.5e00.5301',
  'eth.type == 0x0806',
  'arp.opcode == 1',
  'arp.opcode == 2 and arp.src.proto_ipv4 == 192.168.1.1',
  'arp.dst.proto_ipv4 == 192.0.2.0/24',
  'icmp.type == 8',
  'icmp.type == 3 && icmp.code in {0, 1, 3}',
  'icmp.seq == 7',
  'icmp.ident == 0x1234',
  'udp.port == 53',
  'udp.dstport == 9',
  'udp.srcport > 49151',
  'udp.length < 50',
  'udp.payload contains "discard"',
  'tcp.port == 80',
  'tcp.port != 80',
  'tcp.port in {79..81}',
  'tcp.port not in {80}',
  'tcp.port == 0x50',
  'tcp.dstport == 81',
  'tcp.srcport == tcp.dstport',
  'tcp.flags.syn == 1',
  'tcp.flags.syn == 1 and tcp.flags.ack == 0',
  'tcp.flags.syn != 1',
  'tcp.flags.fin == True',
  'tcp.flags.reset == 1',
  'tcp.flags.push == 1',
  'tcp.flags.syn',
  'tcp.flags == 0x012',
  'tcp.flags & 0x02',
  'tcp.flags & 0x12 == 0x12',
  'tcp.seq == 1',
  'tcp.seq > 1000',
  'tcp.ack == 51',
  'tcp.ack > 1448 and tcp.len == 0',
  'tcp.seq_raw > 0x80000000',
  'tcp.ack_raw < 2000000000',
  'tcp.len > 0',
  'tcp.len == 1448',
  'tcp.hdr_len == 32',
  'tcp.window_size == 64240',
  'tcp.window_size > 65535',
  'tcp.window_size_value < 600',
  'tcp.stream == 0',
  'tcp.stream == 1 or tcp.stream == 2',
  'tcp.options.mss_val == 1460',
  'tcp.options.wscale.shift == 7',
  'tcp.options.timestamp.tsval > 2000000000',
  'tcp.options.timestamp.tsecr == 0',
  'tcp.payload contains "GET"',
  'tcp contains "GET"',
  'ip contains "chai"',
  'frame contains "chaicart"',
  'dns.id == 7943',
  'dns.id == 0x1f07',
  'dns.flags.response == 0',
  'dns.flags.response == 1 and dns.flags.rcode == 0',
  'dns.flags.authoritative == 1',
  'dns.flags.recdesired == 1',
  'dns.count.answers > 0',
  'dns.qry.name == "www.chaicart.example"',
  'dns.qry.name contains "chai"',
  'dns.qry.name contains chaicart',
  'dns.qry.type == 1',
  'dns.a == 203.0.113.80',
  'dns.a == 203.0.113.0/24',
  'dns.resp.ttl >= 300',
  'http.request',
  'http.response',
  'http.request.method == "GET"',
  'http.request.method == GET',
  'http.request.uri == "/menu"',
  'http.request.version == "HTTP/1.1"',
  'http.response.code == 200',
  'http.response.code >= 300',
  'http.response.phrase == "OK"',
  'http.host == "www.chaicart.example"',
  'http.host contains "chaicart"',
  'http.content_type contains "html"',
  'http.content_length == 6000',
  'frame.number <= 10',
  'frame.number in {1..5, 20}',
  'frame.len > 1000',
  'frame.len lt 60',
  'frame.time_relative < 0.0501',
  'frame.time_relative >= 0.06 and frame.time_relative <= 1',
];

/** What neither side takes. */
const REFUSED = [
  'tcp.port ==',
  'tcp.port == http.host',
  'tcp.prot == 80',
  'tcp.port == "80"',
  'tcp.port contains 80',
  'eth.addr == 00:00:5e',
  'ip.addr == 203.0.113',
  'frame.len == 60.5',
  '(tcp',
  'tcp)',
  'tcp AND ip',
  '80 == tcp.port',
  'tcp.port in {80 81}',
  'tcp.port in {80, }',
  'tcp.flags.syn == true',
  'frame.time_relative < .01',
  'and tcp',
  'tcp udp',
];

/** What only tells apart frames whose connection was seen from both sides: tshark then knows that HTTP goes on in them. */
const BOTH_SIDES = /(^|[ (])http($|[ )])/;
/** What {@link matchesOfAll} cannot ask. */
const ALONE = /time_relative|,/;

describe('the display filter lets the same packets through as tshark’s', () => {
  const missing = absent('tshark');
  const evenings = [
    { seed: 1, loss: 0, tap: 'makers' },
    { seed: 2, loss: 0, tap: { machine: 'home' } },
    { seed: 4, loss: 0.04, tap: { machine: 'isp' } },
    { seed: 5, loss: 0.02, tap: { machine: 'home' } },
    { seed: 6, loss: 0.1, tap: { machine: 'switch' } },
    { seed: 7, loss: 0.1, tap: 'makers' },
  ] as const satisfies readonly { seed: number; loss: number; tap: Tap }[];

  it.for(evenings)('$seed, loss $loss, at $tap', ({ seed, loss, tap }, { skip }) => {
    if (missing) skip(missing);
    const { world, network } = evening({ seed }, loss);
    const { trace } = world;
    const packets = readPackets(trace, network.channels);
    const captured = capture(packets, network.links, tap);
    const frames = captured.map((one, index) => ({
      bytes: trace.frames.read(one.frame),
      length: trace.frames.size(one.frame),
      number: index + 1,
      time: one.time - captured[0]!.time,
    }));
    // of a frame that is broken, two programs may believe different parts
    const isWhole = captured.map((one) => !isDamaged(one));
    const wholes = (numbers: readonly number[]) => numbers.filter((number) => isWhole[number - 1]);
    const ours = (expression: string) =>
      wholes(frames.filter(compileFilter(expression)).map(({ number }) => number));
    const file = pcapng(trace, packets, network.links, { epochSeconds: world.epochSeconds, tap });
    const asked = EXPRESSIONS.filter(
      (one) => !ALONE.test(one) && (tap !== 'makers' || !BOTH_SIDES.test(one)),
    );
    const theirs = matchesOfAll(file, captured.length, asked);
    for (const [index, expression] of asked.entries())
      expect(ours(expression), expression).toEqual(wholes(theirs[index]!));
    withCapture(file, (name) => {
      for (const expression of loss === 0 ? EXPRESSIONS.filter((one) => ALONE.test(one)) : []) {
        expect(ours(expression), expression).toEqual(wholes(matches(name, expression)));
      }
      if (seed === 1)
        for (const expression of REFUSED) expect(() => matches(name, expression), expression).toThrow();
    });
    // not a comparison of empty lists with empty lists
    expect(
      theirs.filter((numbers) => numbers.length > 0 && numbers.length < captured.length).length,
    ).toBeGreaterThan(80);
  });

  it('refuses what tshark refuses', () => {
    for (const expression of REFUSED)
      expect(() => compileFilter(expression), expression).toThrow(/^column \d+: /);
  });
});
