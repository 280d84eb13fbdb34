/** Both congestion controls under their contract, and where they differ. */
import { expect, it } from 'vitest';
import { SECOND } from '../../../src/engine/base/units.ts';
import { LinuxReno, NewReno } from '../../../src/engine/proto/tcp/congestion.ts';
import { congestionContract } from '../../contract/congestion.ts';

congestionContract('newreno', () => new NewReno());
congestionContract('reno-linux', () => new LinuxReno());

it('delayed acknowledgments slow NewReno and not Linux’s Reno', () => {
  const windows = [new NewReno(), new LinuxReno()].map((control) => {
    control.start(1000, 10_000);
    for (let i = 0; i < 5; i++) control.onAck(2000, -1, 10_000, true);
    return control.cwnd;
  });
  expect(windows).toEqual([15_000, 20_000]);
});

it('Linux halves the window, RFC 5681 what was in flight', () => {
  const rfc = new NewReno();
  const linux = new LinuxReno();
  for (const control of [rfc, linux]) control.start(1000, 20_000);
  rfc.onLoss(8000);
  linux.onLoss();
  expect([rfc.ssthresh, linux.ssthresh]).toEqual([4000, 10_000]);
});

it('Linux halves once for each time-out that went by in silence', () => {
  const linux = new LinuxReno();
  linux.start(1000, 10_000);
  for (let i = 0; i < 70; i++) linux.onAck(1000, -1, 80_000, true);
  expect(linux.cwnd).toBe(80_000);
  linux.onIdle(2.5 * SECOND, SECOND);
  expect(linux.cwnd).toBe(20_000);
});
