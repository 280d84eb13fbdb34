import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/engine/base/bytes.ts';
import { Printer } from '../../src/engine/export/text.ts';
import { compileFilter } from '../../src/engine/inspect/filter.ts';
import { FRAMES6 } from '../vectors/linux-frames6.ts';
import { corpus } from './corpus.ts';
import { absent, captureOf, expectAgreementOn, matchesOfAll, output, withCapture } from './tshark.ts';

/** Expressions of IPv6, ICMPv6 and fragments that tshark takes as well. */
const EXPRESSIONS = [
  'ipv6',
  'icmpv6',
  'ip or ipv6',
  'ipv6.addr == 2001:db8:2::80',
  'ipv6.addr == 2001:DB8:2:0:0:0:0:80',
  'ipv6.addr != 2001:db8:2::80',
  'ipv6.addr !== 2001:db8:2::80',
  '!(ipv6.addr == 2001:db8::/32)',
  'ipv6.addr == 2001:db8::/32',
  'ipv6.src == fe80::/10',
  'ipv6.src != fe80::/10',
  'ipv6.dst == ff02::1:ff00:0/104',
  'ipv6.dst == ff00::/8 and not icmpv6',
  'ipv6.dst == ::/0',
  'ipv6.src == 3fff:1:2:3:4:5:6:7/128',
  'ipv6.src in {2001:db8::1, fe80::/64}',
  'ipv6.src in {2001:db8::..2001:db8::ffff}',
  'ipv6.src > 3000::',
  'ipv6.src == ipv6.dst',
  'ipv6.version == 6',
  'ipv6.tclass.dscp > 10',
  'ipv6.tclass.ecn == 3',
  'ipv6.tclass != 0',
  'ipv6.flow > 0x80000',
  'ipv6.plen < 100',
  'ipv6.nxt == 58',
  'ipv6.nxt in {0, 43, 44, 60}',
  'ipv6.nxt == 59',
  'ipv6.hlim == 255',
  'ipv6.hlim < 64',
  'ipv6.hopopts',
  'ipv6.dstopts',
  'ipv6.routing',
  'ipv6.routing.type == 0',
  'ipv6.routing.segleft == 0',
  'ipv6.fraghdr',
  'ipv6.fraghdr.offset == 0',
  'ipv6.fraghdr.offset > 4',
  'ipv6.fraghdr.more == 1',
  'ipv6.fraghdr.more == 0 and ipv6.fraghdr.offset == 0',
  'ipv6.fraghdr.ident > 0x80000000',
  'ipv6.opt.type == 5',
  'ipv6.opt.type == 0x1e',
  'ipv6.opt.type != 1',
  'ipv6.opt.router_alert == 0',
  'icmpv6.type == 128',
  'icmpv6.type in {133..137}',
  'icmpv6.type != 1',
  'icmpv6.code == 4',
  'icmpv6.type == 1 and icmpv6.code == 0',
  'icmpv6.checksum > 0x8000',
  'icmpv6.mtu > 2000',
  'icmpv6.mtu == 1280',
  'icmpv6.pointer == 6',
  'icmpv6.pointer > 40',
  'icmpv6.echo.identifier > 0x8000',
  'icmpv6.echo.sequence_number < 30000',
  'icmpv6.nd.ns.target_address',
  'icmpv6.nd.ns.target_address == 2001:db8::/32',
  'icmpv6.nd.na.target_address == fe80::1',
  'icmpv6.nd.na.flag.r == 1',
  'icmpv6.nd.na.flag.s == 1 and icmpv6.nd.na.flag.o == 0',
  'icmpv6.nd.ra.cur_hop_limit > 64',
  'icmpv6.nd.ra.flag.m == 1',
  'icmpv6.nd.ra.flag.o == 0',
  'icmpv6.nd.ra.router_lifetime > 1800',
  'icmpv6.nd.rd.target_address == 2001:db8::/32',
  'icmpv6.opt.type == 1',
  'icmpv6.opt.type == 3 and icmpv6.opt.type == 5',
  'icmpv6.opt.linkaddr == 00:00:5e:00:53:17',
  'icmpv6.opt.linkaddr contains 53',
  'icmpv6.opt.prefix == 2001:db8:1::',
  'icmpv6.opt.prefix == fd00::/8',
  'icmpv6.opt.prefix.flag.a == 1',
  'icmpv6.opt.prefix.flag.l == 0',
  'icmpv6.opt.prefix.valid_lifetime > 0x80000000',
  'icmpv6.opt.prefix.preferred_lifetime < 0x80000000',
  'icmpv6.opt.mtu < 1500',
  'icmpv6.opt.rdnss == fd00::53',
  'ip.flags.mf == 1',
  'ip.flags.mf == 0 and ip.frag_offset > 0',
  'ip.frag_offset == 0',
  'ip.frag_offset in {1..3}',
  'ip.dsfield.dscp == 0',
  'ip.dsfield.ecn == 0',
  'icmp.mtu > 1000',
  'icmp.mtu',
  'icmp.redir_gw == 192.168.1.23',
  'icmp.redir_gw == 192.0.0.0/8',
  'icmp.checksum < 0x4000',
  'ip.addr == 192.0.2.0/24',
  'ip.addr == 192.0.2.0/24 and ip.addr == 203.0.113.5',
  'udp',
  'tcp',
  'udp.port == 9',
  'tcp.len > 0',
  'tcp.len == 0',
  'tcp.flags.syn == 1 and ipv6',
  // in a redirect tshark reads UDP, and not what that carries
  'dns and not icmp.type == 5 and not icmpv6.type == 137',
  // the message that a redirect quotes is cut to whole units: tshark reads its beginning, and we nothing
  'dns.qry.type == 28 and ipv6 and not icmpv6.type == 137',
  'frame.len > 200',
  'ipv6 contains "KLMN"',
  'icmpv6 contains 40:41:42',
  'ipv6.addr == 2001:db8::80:0:0/128',
];

const REFUSED = [
  'ipv6.addr == 192.0.2.1',
  'ip.addr == 2001:db8::1',
  'ipv6.addr == 2001:db8::1::2',
  'ipv6.addr == 2001:db8::/129',
  'ipv6.addr == 2001:db8',
  'ipv6.addr contains 20',
  'icmpv6.nd.ns == 1',
  'ipv6.src == ip.src',
  'ipv6.hlim == 2001:db8::1',
];

const vectors = Object.values(FRAMES6).map((hex) => fromHex(hex));
const made = corpus(6, 1500);

describe('tshark reads frames as we do', () => {
  const missing = absent('tshark');

  it('of a real Linux', ({ skip }) => {
    if (missing) skip(missing);
    // Linux never sent this one: a piece of four bytes, which tshark calls too short
    expectAgreementOn(
      Object.entries(FRAMES6).flatMap(([name, hex]) => (name === 'cutHeaders' ? [] : [fromHex(hex)])),
    );
  });

  it.for([1, 2, 3, 4])('made at random, seed %i', (seed, { skip }) => {
    if (missing) skip(missing);
    expectAgreementOn(corpus(seed, 1500));
  });
});

describe('the display filter lets the same frames through as tshark’s', () => {
  const missing = absent('tshark');

  it.for([
    ['of a real Linux', vectors],
    ['made at random', made],
  ] as const)('%s', ([, frames], { skip }) => {
    if (missing) skip(missing);
    const asked = frames.map((bytes, index) => ({
      bytes,
      length: bytes.length,
      number: index + 1,
      time: 1000 * index,
    }));
    const alone = EXPRESSIONS.filter((expression) => expression.includes(','));
    const together = EXPRESSIONS.filter((expression) => !expression.includes(','));
    const file = captureOf(frames);
    const theirs = matchesOfAll(file, frames.length, together);
    let telling = 0;
    const compare = (expression: string, numbers: readonly number[]): void => {
      const ours = asked.filter(compileFilter(expression)).map(({ number }) => number);
      expect(ours, expression).toEqual(numbers);
      if (numbers.length > 0 && numbers.length < frames.length) telling += 1;
    };
    for (const [index, expression] of together.entries()) compare(expression, theirs[index]!);
    withCapture(file, (name) => {
      for (const expression of alone) {
        const lines = output('tshark', [
          '-n',
          '-r',
          name,
          '-o',
          'ip.defragment:FALSE',
          '-o',
          'ipv6.defragment:FALSE',
          '-Y',
          expression,
          '-T',
          'fields',
          '-e',
          'frame.number',
        ]);
        compare(expression, lines.split('\n').slice(0, -1).map(Number));
      }
    });
    expect(telling).toBeGreaterThan(frames === made ? EXPRESSIONS.length * 0.85 : EXPRESSIONS.length * 0.4);
  });

  it('and refuses what tshark refuses', ({ skip }) => {
    for (const expression of REFUSED)
      expect(() => compileFilter(expression), expression).toThrow(/^column \d+: /);
    if (missing) skip(missing);
    withCapture(captureOf(vectors.slice(0, 1)), (name) => {
      for (const expression of REFUSED)
        expect(() => output('tshark', ['-n', '-r', name, '-Y', expression]), expression).toThrow();
    });
  });
});

describe('tcpdump prints the lines that we print', () => {
  const missing = absent('tcpdump');

  it.for([
    ['of a real Linux', vectors],
    ['made at random', made],
    ['made at random again', corpus(7, 1500)],
  ] as const)('%s', ([, frames], { skip }) => {
    if (missing) skip(missing);
    const printer = new Printer();
    const ours = frames.map((bytes) => printer.line(bytes));
    const theirs = withCapture(captureOf(frames), (name) => output('tcpdump', ['-n', '-t', '-r', name]));
    // bytes that it does not know are dumped by tcpdump, on lines of their own
    const lines = theirs.split('\n').filter((line) => line !== '' && !line.startsWith('\t'));
    expect(ours).toEqual(lines);
  });
});
