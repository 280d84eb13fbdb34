// Linux's masquerading beside ours: the same datagrams through both, compared byte for byte. Where both must choose a
// port, what is compared is that Linux, too, had to choose another.
import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../src/engine/base/address.ts';
import type { Bytes } from '../../src/engine/base/bytes.ts';
import { adjustChecksum } from '../../src/engine/base/checksum.ts';
import { ipv4 } from '../../src/engine/wire/ipv4.ts';
import {
  answerTo,
  datagram,
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
} from '../net/nat/nat-alone.ts';
import { noLinuxNat, type Step, throughLinux } from './linux-nat.ts';

const INSIDE = ['10.0.0.2', '10.0.0.3'].map(parseIp4);
const REMOTE = ['203.0.113.80', '203.0.113.81', '198.51.100.1'].map(parseIp4);
const ROUTER = REMOTE[2]!;

/** What a router does besides: one hop less to live. */
function forwarded(bytes: Bytes | string): Bytes | undefined {
  if (typeof bytes === 'string') return undefined;
  const copy = bytes.slice();
  const before = (copy[8]! << 8) | copy[9]!;
  copy[8]! -= 1;
  ipv4.set.checksum(copy, 0, adjustChecksum(ipv4.get.checksum(copy, 0), before, before - 256));
  return copy;
}

const inside = (bytes: Bytes): Step => ({ side: 'inside', bytes });
const outside = (bytes: Bytes): Step => ({ side: 'outside', bytes });

/** The same steps through both. */
function both(steps: readonly ((sofar: readonly (Bytes | undefined)[]) => Step)[]) {
  const alone = new NatAlone();
  const ours: (Bytes | undefined)[] = [];
  for (const step of steps) {
    const { side, bytes } = step(ours);
    ours.push(forwarded(side === 'inside' ? alone.out(bytes) : alone.in(bytes)));
  }
  return { ours, linux: throughLinux(OUTSIDE, INSIDE, REMOTE, steps) };
}

describe('beside Linux’s masquerading', { timeout: 60_000 }, () => {
  const missing = noLinuxNat();

  it('UDP, TCP, pings, their answers, and errors about them: the same bytes', ({ skip }) => {
    if (missing) skip(missing);
    const flows = [
      datagram(UDP, end('10.0.0.2:5001'), end('203.0.113.80:7')),
      datagram(UDP, end('10.0.0.2:5003'), end('203.0.113.80:7'), { hasSum: false }),
      datagram(UDP, end('10.0.0.2:500'), end('203.0.113.81:500'), { data: 'odd' }),
      datagram(TCP, end('10.0.0.3:6001'), end('203.0.113.80:80'), { flags: 2, data: '' }),
      echo(INSIDE[0]!, REMOTE[0]!, 77),
    ];
    const steps = flows.flatMap((flow, index) => {
      const sent = (sofar: readonly (Bytes | undefined)[]): Bytes => sofar[index * 4]!;
      return [
        () => inside(flow),
        (sofar: readonly (Bytes | undefined)[]) =>
          outside(icmpError(ROUTER, sent(sofar), { type: 11, code: 0 })),
        (sofar: readonly (Bytes | undefined)[]) => outside(icmpError(REMOTE[0]!, sent(sofar), { most: 28 })),
        (sofar: readonly (Bytes | undefined)[]) => outside(answerTo(sent(sofar), 18)),
      ];
    });
    const { ours, linux } = both(steps);
    expect(ours.length).toBe(20);
    expect(linux.every((bytes) => bytes !== undefined)).toBe(true);
    linux.forEach((bytes, index) => {
      expect(bytes, `step ${index}`).toEqual(ours[index]);
    });
  });

  it('an error from inside about what came in: the same bytes', ({ skip }) => {
    if (missing) skip(missing);
    const asked = datagram(UDP, end('10.0.0.2:5001'), end('203.0.113.80:7'));
    const { ours, linux } = both([
      () => inside(asked),
      (sofar) => outside(answerTo(sofar[0]!)),
      (sofar) => inside(icmpError(INSIDE[0]!, sofar[1]!, { code: 3 })),
    ]);
    expect(linux).toEqual(ours);
  });

  it('a port that is taken is replaced, and the answers find back to whose it is', ({ skip }) => {
    if (missing) skip(missing);
    const { ours, linux } = both([
      () => inside(datagram(UDP, end('10.0.0.2:5001'), end('203.0.113.80:7'))),
      () => inside(datagram(UDP, end('10.0.0.3:5001'), end('203.0.113.80:7'))),
      (sofar) => outside(answerTo(sofar[1]!)),
      (sofar) => outside(answerTo(sofar[0]!)),
    ]);
    for (const [first, second, back, backToFirst] of [ours, linux]) {
      expect(sourceOf(first!).port).toBe(5001);
      expect(sourceOf(second!).port).not.toBe(5001);
      expect([sumsHold(second!), sumsHold(back!)]).toEqual([true, true]);
      expect(back).toEqual(forwarded(datagram(UDP, end('203.0.113.80:7'), end('10.0.0.3:5001'))));
      expect(backToFirst).toEqual(forwarded(datagram(UDP, end('203.0.113.80:7'), end('10.0.0.2:5001'))));
    }
  });

  it('where they differ: Linux shares a port between flows to different ends (RFC 7857 §3), ours does not', ({
    skip,
  }) => {
    if (missing) skip(missing);
    const { ours, linux } = both([
      () => inside(datagram(UDP, end('10.0.0.2:5001'), end('203.0.113.80:7'))),
      () => inside(datagram(UDP, end('10.0.0.3:5001'), end('203.0.113.81:7'))),
    ]);
    expect(sourceOf(linux[1]!).port).toBe(5001);
    expect(sourceOf(ours[1]!).port).not.toBe(5001);
  });

  it('strangers: to a mapped port neither lets them in; damaged errors go nowhere', ({ skip }) => {
    if (missing) skip(missing);
    const { ours, linux } = both([
      () => inside(datagram(UDP, end('10.0.0.2:5001'), end('203.0.113.80:7'))),
      () => outside(datagram(UDP, end('203.0.113.81:7'), end('192.0.2.1:5001'))),
      () => outside(datagram(UDP, end('203.0.113.80:8'), end('192.0.2.1:5001'))),
      (sofar) => {
        const error = icmpError(ROUTER, sofar[0]!);
        error[30]! ^= 4;
        return outside(error);
      },
      () => outside(echo(REMOTE[0]!, OUTSIDE, ICMP, true)),
    ]);
    expect(ours.slice(1)).toEqual(Array(4).fill(undefined));
    expect(linux.slice(1)).toEqual(Array(4).fill(undefined));
  });
});
