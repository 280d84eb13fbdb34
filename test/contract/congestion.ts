/**
 * What every congestion control must do, whatever its arithmetic. A test file calls this with a factory.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MILLISECOND } from '../../src/engine/base/units.ts';
import type { CongestionControl } from '../../src/engine/proto/tcp/congestion.ts';

const MSS = 1448;
const RTT = 50 * MILLISECOND;

export function congestionContract(name: string, make: () => CongestionControl): void {
  const started = (): CongestionControl => {
    const control = make();
    control.start(MSS, 10 * MSS);
    return control;
  };
  /** One round trip in which all of the window is sent, and every `each`th segment is acknowledged. */
  const round = (control: CongestionControl, now: number, each = 1): void => {
    let left = control.cwnd;
    while (left > 0) {
      const acked = Math.min(left, each * MSS);
      control.onAck(acked, RTT, left, true, now);
      left -= acked;
    }
  };

  describe(`congestion control: ${name}`, () => {
    it('begins with the initial window and no threshold', () => {
      const control = started();
      expect(control.cwnd).toBe(10 * MSS);
      expect(control.ssthresh).toBe(Infinity);
      expect(control.name).not.toBe('');
    });

    it('slow start at most doubles in a round trip, and does double when each segment is acknowledged', () => {
      const control = started();
      for (let i = 1; i <= 5; i++) {
        round(control, i * RTT);
        expect(control.cwnd).toBe(10 * MSS * 2 ** i);
      }
      const delayed = started();
      round(delayed, RTT, 2);
      expect(delayed.cwnd).toBeGreaterThanOrEqual(15 * MSS);
      expect(delayed.cwnd).toBeLessThanOrEqual(20 * MSS);
    });

    it('does not grow while the program is what limits it', () => {
      const control = started();
      for (let i = 0; i < 100; i++) control.onAck(100, RTT, 100, false, i * RTT);
      expect(control.cwnd).toBe(10 * MSS);
    });

    it('gives way on a loss, but not below two segments of threshold', () => {
      const control = started();
      for (let i = 1; i <= 4; i++) round(control, i * RTT);
      const before = control.cwnd;
      control.onLoss(before, 5 * RTT);
      expect(control.cwnd).toBeLessThan(before);
      expect(control.cwnd).toBe(control.ssthresh);
      control.onRecoveryExit(control.cwnd, 6 * RTT);
      expect(control.cwnd).toBeLessThanOrEqual(control.ssthresh);
      for (let i = 0; i < 30; i++) control.onLoss(MSS, 7 * RTT);
      expect(control.ssthresh).toBe(2 * MSS);
    });

    it('beyond the threshold it grows by about one segment in a round trip', () => {
      const control = started();
      for (let i = 1; i <= 3; i++) round(control, i * RTT);
      control.onLoss(control.cwnd, 4 * RTT);
      control.onRecoveryExit(control.cwnd, 5 * RTT);
      const before = control.cwnd;
      for (let i = 0; i < 20; i++) round(control, (6 + i) * RTT);
      expect((control.cwnd - before) / MSS).toBeGreaterThan(17);
      expect((control.cwnd - before) / MSS).toBeLessThanOrEqual(21);
    });

    it('a time-out leaves one segment; the same segment lost again keeps the threshold', () => {
      const control = started();
      round(control, RTT);
      control.onTimeout(control.cwnd, false, 2 * RTT);
      expect(control.cwnd).toBe(MSS);
      const { ssthresh } = control;
      expect(ssthresh).toBe(10 * MSS);
      control.onTimeout(MSS, true, 3 * RTT);
      expect(control.ssthresh).toBe(ssthresh);
    });

    it('a long pause brings it back to the initial window, a window below that stays', () => {
      const control = started();
      for (let i = 1; i <= 4; i++) round(control, i * RTT);
      control.onIdle(3600_000 * MILLISECOND, 250 * MILLISECOND);
      expect(control.cwnd).toBe(10 * MSS);
      control.onTimeout(MSS, false, 0);
      control.onIdle(3600_000 * MILLISECOND, 250 * MILLISECOND);
      expect(control.cwnd).toBe(MSS);
    });

    it('keeps a sane window whatever happens', () => {
      const event = fc.oneof(
        fc.record({ what: fc.constant('ack' as const), bytes: fc.integer({ min: 1, max: 100 * MSS }) }),
        fc.record({
          what: fc.constantFrom('loss' as const, 'exit' as const, 'timeout' as const, 'idle' as const),
          bytes: fc.nat(100 * MSS),
        }),
      );
      fc.assert(
        fc.property(fc.array(event, { maxLength: 200 }), (events) => {
          const control = started();
          let now = 0;
          for (const { what, bytes } of events) {
            now += RTT;
            const before = control.cwnd;
            if (what === 'ack') control.onAck(bytes, RTT, Math.max(bytes, before), true, now);
            else if (what === 'loss') control.onLoss(bytes, now);
            else if (what === 'exit') control.onRecoveryExit(bytes, now);
            else if (what === 'timeout') control.onTimeout(bytes, bytes % 2 === 0, now);
            else control.onIdle(bytes * MILLISECOND, 250 * MILLISECOND);
            expect(Number.isInteger(control.cwnd)).toBe(true);
            expect(control.cwnd).toBeGreaterThanOrEqual(MSS);
            expect(control.ssthresh).toBeGreaterThanOrEqual(2 * MSS);
            if (what === 'ack') expect(control.cwnd - before).toBeLessThanOrEqual(Math.max(bytes, MSS));
          }
        }),
      );
    });
  });
}
