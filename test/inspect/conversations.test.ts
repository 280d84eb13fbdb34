import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/engine/base/bytes.ts';
import { keysOf } from '../../src/engine/inspect/conversations.ts';
import { FRAMES } from '../vectors/linux-frames.ts';
import { FRAMES6 } from '../vectors/linux-frames6.ts';

const keys = (frame: string): string[] => keysOf(fromHex(frame), 7);

/** Whether two frames share a key. */
function belong(a: string, b: string): boolean {
  const known = keys(a);
  return keys(b).some((key) => known.includes(key));
}

describe('what belongs together', () => {
  it('are questions and answers, whichever way they went', () => {
    for (const [a, b] of [
      [FRAMES.arpRequest, FRAMES.arpReply],
      [FRAMES.dnsQuery, FRAMES.dnsAnswer],
      [FRAMES.syn, FRAMES.synAck],
      [FRAMES.echoRequest, FRAMES.echoReply],
      [FRAMES6.dnsQuery6, FRAMES6.dnsAnswer6],
      [FRAMES6.syn6, FRAMES6.ok6],
      [FRAMES6.echoRequest6, FRAMES6.echoReply6],
      [FRAMES6.neighbourSolicitation, FRAMES6.neighbourAdvertisement],
      [FRAMES6.reachabilityProbe, FRAMES6.reachabilityAnswer],
    ] as const)
      expect(belong(a, b), `${a}\n${b}`).toBe(true);
  });

  it('are the pieces of one datagram, and the first of them with its conversation', () => {
    expect(belong(FRAMES6.echoFragment1, FRAMES6.echoFragment2)).toBe(true);
    expect(belong(FRAMES6.echoFragment2, FRAMES6.echoFragment3)).toBe(true);
    expect(belong(FRAMES6.fragment4First, FRAMES6.fragment4Last)).toBe(true);
    expect(belong(FRAMES6.echoFragment1, FRAMES6.echoReply6)).toBe(true);
    expect(belong(FRAMES6.echoFragment2, FRAMES6.echoReply6)).toBe(false);
  });

  it('are not others', () => {
    expect(belong(FRAMES6.syn6, FRAMES6.dnsQuery6)).toBe(false);
    expect(belong(FRAMES6.neighbourSolicitation, FRAMES6.reachabilityAnswer)).toBe(false);
    expect(belong(FRAMES.syn, FRAMES6.syn6)).toBe(false);
    expect(keys('00'.repeat(30))).toEqual(['alone 7']);
    expect(keys('')).toEqual(['alone 7']);
  });
});
