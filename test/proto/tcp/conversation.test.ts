/** Two machines over a bad channel: every byte once and in order, or an error where bytes are lacking. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/engine/base/random.ts';
import { MILLISECOND, SECOND } from '../../../src/engine/base/units.ts';
import { TcpConnection } from '../../../src/engine/proto/tcp/connection.ts';
import { type Channel, converse, type End, STEADY } from './channel.ts';
import { segment } from './script.ts';

const channel: fc.Arbitrary<Channel> = fc.record({
  seed: fc.nat(1_000_000),
  loss: fc.constantFrom(0, 0.02, 0.1, 0.25),
  double: fc.constantFrom(0, 0.1),
  delay: fc.integer({ min: 1, max: 80 }).map((ms) => ms * MILLISECOND),
  jitter: fc.constantFrom(0, 3, 40).map((ms) => ms * MILLISECOND),
});
const options = fc.record({
  profile: fc.constantFrom('linux' as const, 'rfc' as const),
  mss: fc.constantFrom(200, 536, 1460),
  timestamps: fc.boolean(),
  windowScale: fc.constantFrom(-1, 0, 7),
  noDelay: fc.boolean(),
});
const buffers = fc.constantFrom(
  {},
  { receiveBuffer: 600, sendBuffer: 900 },
  { receiveBuffer: 5000, sendBuffer: 20_000 },
);
const bytes = fc.oneof(fc.constantFrom(0, 1), fc.nat(60_000));
const plan = fc.record({ bytes, chunk: fc.integer({ min: 1, max: 5000 }).map((n) => Math.max(n, 40)) });

function expectAllOf(to: End, from: End): void {
  expect(to.wrongAt).toBe(-1);
  expect(to.received).toBe(from.plan.bytes);
  expect(to.connection.ended).toBe(true);
}

describe('two machines', () => {
  it('deliver everything once and in order, both ways, and close', () => {
    let gaveUp = 0;
    fc.assert(
      fc.property(channel, options, buffers, plan, plan, (bad, tuning, sizes, there, back) => {
        const [a, b] = converse(bad, [there, back], { ...tuning, ...sizes });
        for (const [to, from] of [
          [a, b],
          [b, a],
        ] as const) {
          // A sender that gave up knows it; its peer, which hears nothing, learns of it only with keep-alive.
          if (to.connection.error === undefined && from.connection.error === undefined) expectAllOf(to, from);
          else expect(to.wrongAt).toBe(-1);
        }
        const errors = [a.connection.error, b.connection.error].filter((error) => error !== undefined);
        if (bad.loss <= 0.02) expect(errors).toEqual([]); // so little loss is no reason to give up
        if (errors.length === 0)
          expect([a.connection.state, b.connection.state]).toEqual(['CLOSED', 'CLOSED']);
        else gaveUp += 1;
      }),
      { numRuns: 300, seed: 9293 },
    );
    expect(gaveUp).toBeLessThan(30); // or the property would say little
  }, 120_000);

  it('a reset in the middle is an error for the side that lacks bytes', () => {
    fc.assert(
      fc.property(channel, options, fc.integer({ min: 1, max: 20_000 }), (bad, tuning, abortsAfter) => {
        const [a, b] = converse(
          { ...bad, loss: 0 },
          [
            { bytes: 40_000, chunk: 1000 },
            { bytes: 5000, chunk: 1000, abortsAfter },
          ],
          tuning,
        );
        expect(b.connection.error).toBe('ECONNABORTED');
        expect(a.wrongAt).toBe(-1);
        if (a.received < 5000 || !a.connection.ended)
          expect(['ECONNRESET', 'ETIMEDOUT', 'EPIPE']).toContain(a.connection.error);
        expect(a.connection.state).toBe('CLOSED');
      }),
      { numRuns: 60, seed: 5961 },
    );
  }, 60_000);

  it('a channel that dies is a time-out for whoever still waits for something', () => {
    fc.assert(
      fc.property(channel, fc.integer({ min: 0, max: 2000 }), (bad, ms) => {
        const [a, b] = converse(
          { ...bad, diesAt: ms * MILLISECOND },
          [
            { bytes: 200_000, chunk: 4000 },
            { bytes: 0, chunk: 4000 },
          ],
          {
            profile: 'rfc',
          },
        );
        expect([a.wrongAt, b.wrongAt]).toEqual([-1, -1]);
        if (b.received < 200_000) expect(a.connection.error).toBe('ETIMEDOUT');
      }),
      { numRuns: 40, seed: 6298 },
    );
  }, 60_000);

  it('both open at the same time (Figure 7), both close at the same time (Figure 13)', () => {
    const [a, b] = [100, 300].map((iss) => new TcpConnection({ localPort: 1, remotePort: 1, iss }));
    const out = new Uint8Array(100);
    const swap = (): void => {
      const flights = [a!, b!].map((one) => {
        while (one.pollEvent());
        const length = one.pollTransmit(0, out, 0);
        return out.slice(0, length);
      });
      if (flights[1]!.length > 0) a!.handle(flights[1]!, 0, flights[1]!.length, 0);
      if (flights[0]!.length > 0) b!.handle(flights[0]!, 0, flights[0]!.length, 0);
    };
    a!.open(0);
    b!.open(0);
    for (let i = 0; i < 3; i++) swap();
    expect([a!.state, b!.state]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
    a!.shutdown(0);
    b!.shutdown(0);
    for (let i = 0; i < 3; i++) swap();
    expect([a!.state, b!.state]).toEqual(['TIME-WAIT', 'TIME-WAIT']);
  });

  it('the same seed gives the same run', () => {
    const run = (): unknown => {
      const [a, b, time] = converse(
        { seed: 7, loss: 0.05, double: 0.05, delay: 20e6, jitter: 30e6 },
        [
          { bytes: 50_000, chunk: 999 },
          { bytes: 20_000, chunk: 777 },
        ],
        {},
      );
      return [a.events, b.events, time];
    };
    expect(run()).toEqual(run());
  });

  it('14,600 bytes over 50 ms: acknowledged after three round trips, as on Linux', () => {
    const [a] = converse(
      STEADY,
      [
        { bytes: 14_600, chunk: 14_600 },
        { bytes: 0, chunk: 20_000 },
      ],
      {},
    );
    expect(a.ackedAt).toBe(150 * MILLISECOND); // 152.4 ms measured with the line's own 1.2 ms a segment
    expect(a.connection.retransmissions).toBe(0);
  });
});

describe('damaged segments', () => {
  it('never throw out of the machine, in any state', () => {
    const random = new Random(4);
    const out = new Uint8Array(2000);
    for (let round = 0; round < 3000; round++) {
      const connection = new TcpConnection({
        localPort: 1000,
        remotePort: 80,
        iss: 100,
        keepAlive: { idle: SECOND, interval: SECOND, probes: 2 },
      });
      let now = 0;
      if (random.chance(0.3)) connection.listen();
      else connection.open(0);
      for (let i = 0; i < 12; i++) {
        const flags = ['S', 'SA', 'A', 'A', 'A', 'PA', 'FA', 'R', 'RA', 'F', 'SFRPAUEC'][random.below(11)]!;
        const bytes = segment({
          seq: (300 + random.below(6)) >>> 0,
          ack: 100 + random.below(5),
          flags,
          win: [0, 1, 500, 65535][random.below(4)]!,
          options: [
            '',
            '020405b4',
            '0101080a0000000100000000',
            '020405b40101080a000000010000000001030307',
            '0501',
            '05040000',
          ][random.below(6)]!.padEnd(0),
          data: random.below(4),
        });
        const length = random.chance(0.1) ? random.below(bytes.length + 1) : bytes.length;
        if (random.chance(0.3)) bytes[random.below(bytes.length)] = random.below(256);
        connection.handle(bytes, 0, length, now);
        if (random.chance(0.2) && connection.writable > 0) connection.write(bytes, 0, bytes.length, now);
        if (random.chance(0.1)) connection.shutdown(now);
        if (random.chance(0.05)) connection.close(now);
        connection.read(out, 0, 100, now);
        now += random.below(5) * SECOND;
        if (connection.pollTimeout() <= now) connection.handleTimeout(now);
        for (let k = 0; k < 50 && connection.pollTransmit(now, out, 0) > 0; k++);
        while (connection.pollEvent());
        expect(connection.bytesInFlight).toBeGreaterThanOrEqual(0);
      }
    }
  });
});
