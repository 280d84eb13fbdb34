import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/engine/base/bytes.ts';
import { Malformed } from '../../src/engine/base/errors.ts';
import { compileFilter } from '../../src/engine/inspect/filter.ts';
import { allFields } from '../../src/engine/inspect/filter-fields.ts';
import { readPackets } from '../../src/engine/inspect/packets.ts';
import { HEADER_BYTES } from '../../src/engine/trace/frames.ts';
import { evening } from '../net/small-world.ts';
import { FRAMES } from '../vectors/linux-frames.ts';
import { FRAMES6 } from '../vectors/linux-frames6.ts';

// Equality with Wireshark itself is tested in test/interop/tshark-filter.test.ts.

const names = Object.keys(FRAMES);

/** Names of the vectors that an expression lets through. */
function through(expression: string, frames: Readonly<Record<string, string>> = FRAMES): string[] {
  const filter = compileFilter(expression);
  return Object.keys(frames).filter((name, index) => {
    const bytes = fromHex(frames[name]!);
    return filter({ bytes, length: bytes.length, number: index + 1, time: index * 1e6 });
  });
}

function complaint(expression: string): { message: string; at: number | undefined } {
  try {
    compileFilter(expression);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { message: error.message, at: error.at };
  }
  throw new Error(`${expression} was accepted`);
}

describe('the display filter over frames of a real Linux', () => {
  it.each([
    ['arp', ['announcement', 'arpRequest', 'arpReply']],
    ['arp.opcode == 2', ['arpReply']],
    ['dns and dns.flags.response == 1', ['dnsAnswer']],
    ['dns.qry.name == "chaicart.example" && udp.dstport == 53', ['dnsQuery']],
    ['dns.a == 192.0.2.80', ['dnsAnswer']],
    ['icmp.type == 8 and ip.ttl == 1', ['echoLastHop', 'timeExceeded']],
    ['icmp.type == 8 and ip.ttl == 1 and not icmp.type == 11', ['echoLastHop']],
    ['ip.addr in {192.0.2.0/24} and icmp.type == 0', ['echoReply']],
    ['frame.number in {2..3}', ['arpRequest', 'arpReply']],
    ['frame.time_relative < 0.002', ['announcement', 'arpRequest']],
    ['eth.dst == ff:ff:ff:ff:ff:ff', ['announcement', 'arpRequest']],
    // an ICMP error counts with the datagram that it quotes: its source is in the quotation
    ['icmp.type == 11 and ip.src == 192.168.1.23', ['timeExceeded']],
  ])('%s', (expression, expected) => {
    expect(through(expression)).toEqual(expected);
  });

  it('lets everything through when it is empty', () => {
    expect(through('  ')).toEqual(names);
  });

  it('is not a search in summaries: a name that stands in no such field is not found', () => {
    expect(through('http.host contains "chaicart"').every((name) => /http|get/i.test(name))).toBe(true);
    expect(through('dns.qry.name == "chaicart"')).toEqual([]);
    expect(through('tcp.port == 53')).toEqual([]);
  });

  it('binds not before and before or', () => {
    const both = (a: string, b: string) => expect(through(a)).toEqual(through(b));
    both('arp or tcp and icmp', 'arp or (tcp and icmp)');
    both('not arp and icmp', '(not arp) and icmp');
    both('not tcp.port == 80 and tcp', '(not (tcp.port == 80)) and tcp');
    both('tcp.port ne 80', 'tcp.port != 80');
    both('tcp.port not in {80}', 'not tcp.port in {80}');
  });
});

describe('the display filter over IPv6 and fragments', () => {
  it.each([
    ['icmpv6.type == 135 and ipv6.src == ::', ['duplicateProbe']],
    ['icmpv6.nd.ns.target_address == 2001:DB8:1:0::1', ['neighbourSolicitation']],
    ['icmpv6.nd.na.flag.r == 1', ['neighbourAdvertisement']],
    ['icmpv6.opt.prefix == 2001:db8:1::/64', ['routerAdvertisement']],
    ['icmpv6.mtu == 1280', ['tooBig']],
    ['ipv6.fraghdr.offset > 0', ['echoFragment2', 'echoFragment3']],
    ['ipv6.fraghdr.more == 0 and ipv6.fraghdr.offset > 0', ['echoFragment3']],
    ['ip.flags.mf == 1 and not icmp.type == 11', ['fragment4First', 'loneFragment4']],
    ['ip.frag_offset > 0', ['fragment4Last']],
    ['icmp.redir_gw == 192.168.1.7', ['redirect4']],
    ['ipv6.dst == ff02::2', ['routerSolicitation']],
    ['ipv6.hlim == 1 and icmpv6.type == 128', ['echoLastHop6', 'timeExceeded6']],
    ['tcp.len > 0 and ipv6.addr == 2001:db8:2::/48', ['get6', 'ok6']],
    ['tcp.seq == 1 and tcp.stream == 0 and http', ['get6', 'ok6']],
    ['ipv6.opt.router_alert', ['listenerReport', 'routerAlert']],
    // a redirect counts with the packet that it quotes
    ['icmpv6.nd.rd.target_address == fe80::/10 and ipv6.dst == 3fff::9', ['redirect6']],
  ])('%s', (expression, expected) => {
    expect(through(expression, FRAMES6)).toEqual(expected);
  });

  it('keeps the families apart', () => {
    expect(through('ip and ipv6', FRAMES6)).toEqual([]);
    expect(through('ip or ipv6', FRAMES6)).toEqual(Object.keys(FRAMES6));
    expect(through('ipv6.addr == ::/0', FRAMES6)).toEqual(through('ipv6', FRAMES6));
    expect(through('ipv6.addr == ::/0')).toEqual([]);
    for (const [expression, at] of [
      ['ipv6.addr == 192.0.2.1', 13],
      ['ip.addr == 2001:db8::1', 11],
      ['ipv6.addr == 2001:db8::/129', 13],
    ] as const)
      expect(complaint(expression).at).toBe(at);
  });
});

describe('what is wrong, and where', () => {
  it.each([
    ['tcp.prot == 80', 0, /no field is called “tcp\.prot”; there are .*tcp\.port/],
    ['foo', 0, /no field is called “foo”; known are frame, eth, arp/],
    ['tcp and ', 8, /column 9: something is missing/],
    ['tcp.port ==', 11, /a value is missing; write a number/],
    ['tcp.port == 8x', 12, /“8x” is not a number/],
    ['ip.addr == 1.2.3', 11, /“1\.2\.3” is not an address such as/],
    ['ip.addr == 1.2.3.4/33', 11, /not an IPv4 prefix/],
    ['ip.addr < 1.2.3.0/24', 10, /a network has no order/],
    ['tcp.port contains "80"', 9, /contains is for text and bytes/],
    ['http.host matches "a"', 10, /regular expressions are not known here/],
    ['tcp.port in 80', 12, /write it in braces/],
    ['tcp.port in {80', 15, /the set does not end/],
    ['(tcp', 0, /never closed/],
    ['tcp)', 3, /never opened/],
    ['tcp udp', 4, /“udp” was not expected/],
    ['http.host == "abc', 13, /does not end/],
    ['tcp.port == udp.port + 1', 21, /“\+” means nothing here/],
    ['tcp.port == ip.addr', 9, /cannot be compared/],
    ['ip.src & 1', 7, /is not a number/],
    ['tcp[0:2]', 3, /“\[” means nothing here/],
  ])('%s', (expression, at, message) => {
    const found = complaint(expression);
    expect(found.message).toMatch(message);
    expect(found.at).toBe(at);
    expect(found.message.startsWith(`column ${at + 1}: `)).toBe(true);
  });

  it('bounds its depth, its length and its sets', () => {
    expect(complaint(`${'('.repeat(300)}tcp${')'.repeat(300)}`).message).toMatch(/nested too deeply/);
    expect(complaint(`${'not '.repeat(200)}tcp`).message).toMatch(/nested too deeply/);
    expect(complaint(`tcp ${'or tcp '.repeat(400)}`).message).toMatch(/at most 1000 characters/);
    expect(complaint(`tcp.port in {${'1,'.repeat(200)}1}`).message).toMatch(/too large/);
    expect(() => compileFilter(`tcp${' or tcp'.repeat(100)}`)).not.toThrow();
  });

  it('throws nothing but Malformed, whatever is typed', () => {
    const words = [
      'tcp',
      'tcp.port',
      '==',
      '80',
      '(',
      ')',
      'and',
      'not',
      'in',
      '{',
      '}',
      ',',
      '"a"',
      'contains',
      '1.2.3.4',
      '0x',
      '..',
      '&',
      '!',
      '\\',
    ];
    let state = 1;
    let accepted = 0;
    for (let round = 0; round < 5000; round++) {
      const parts: string[] = [];
      for (let i = 0; i < 6; i++) {
        state = (state * 1103515245 + 12345) % 2147483648;
        parts.push(words[Math.floor((state / 2147483648) * words.length)]!);
      }
      try {
        compileFilter(parts.slice(0, 1 + (round % 6)).join(' '));
        accepted += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(Malformed);
      }
    }
    expect(accepted).toBeGreaterThan(50);
  });
});

describe('fields', () => {
  it('each say what they are, once', () => {
    const fields = allFields();
    expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length);
    for (const { about } of fields) expect(about.length).toBeGreaterThan(2);
  });

  it('are read also from frames of which only the headers were kept', () => {
    const whole = evening({ seed: 1 });
    const cut = evening({ seed: 1, keepFrameBytes: 0 });
    const ask = ({ world, network }: typeof whole, expression: string) => {
      const filter = compileFilter(expression);
      const { frames } = world.trace;
      return readPackets(world.trace, network.channels)
        .filter(({ frame, number, time }) =>
          filter({ bytes: frames.read(frame), length: frames.size(frame), number, time }),
        )
        .map(({ number }) => number);
    };
    expect(cut.world.trace.frames.cut).toBeGreaterThan(100);
    for (const expression of [
      'tcp.len == 1448',
      'ip.addr == 203.0.113.80',
      'udp.port == 53',
      'tcp.flags.syn == 1',
      'frame.len > 1000',
      'tcp.seq > 1000',
    ]) {
      expect(ask(cut, expression), expression).toEqual(ask(whole, expression));
      expect(ask(whole, expression).length, expression).toBeGreaterThan(1);
    }
    expect(ask(cut, 'frame.cap_len > 128')).toEqual([]);
    expect(HEADER_BYTES).toBe(128);
  });
});
