// When is the first byte there? A first visit with chosen distance, line and caches; the answer is the run's.
import type { ClaimView } from '#engine/inspect/view.ts';
import { formatDuration } from '../../engine/format.ts';
import type { Generator } from './generator.ts';

const distances = ['15ms', '20ms', '40ms', '50ms', '75ms', '100ms', '150ms'];
/** Lines fast enough that only round trips and work count. */
const rates = ['20Mbit/s', '50Mbit/s', '100Mbit/s'];
/** Of the right answer. Every slip is further away than that; test/components/quiz-generators.test.ts tries all runs. */
const SLACK = 0.03;

export const firstByte: Generator = async (random, claims) => {
  const pick = (from: readonly string[]) => from[random.below(from.length)]!;
  const caches = pick(['cold', 'cold', 'warm']);
  const set = { distance: pick(distances), rate: pick(rates), caches };
  const found = await claims({ scenario: 'first-request', set, seed: 1, inputs: [] });
  const time = (name: string) => timeOf(found, name);
  const [name, trip, work, right] = [time('dns'), time('handshake'), time('serverWork'), time('ttfb')];
  const said = (nanoseconds: number) => `<strong>${formatDuration(nanoseconds, 0)}</strong>`;
  const within = right * SLACK;
  const isCold = caches === 'cold';
  const nameText = isCold
    ? `Finding the name takes her laptop ${said(name)}.`
    : 'Her laptop still knows the name.';
  const slips = [
    {
      value: name + trip + work,
      html: 'One round trip is missing. Before the request may leave, the connection must stand, and that costs one of its own.',
    },
    {
      value: name + trip / 2 + work,
      html: 'That is one way only, once. Opening the connection is a round trip, and so is asking.',
    },
    ...(isCold
      ? [
          {
            value: 2 * trip + work,
            html: 'The name is missing. Nothing can be sent to the server before the laptop has its address.',
          },
          {
            value: trip + work,
            html: 'That is the request alone. The name and the connection come before it.',
          },
        ]
      : []),
    {
      value: name + 3 * trip + work,
      html: 'One round trip too many: the laptop’s own acknowledgment needs no waiting, and the request leaves right behind it.',
    },
  ].filter(({ value }) => Math.abs(value - right) > within * 2);
  return {
    kind: 'number',
    ask: `Maya opens a page of ChaiCart. A round trip to its server takes ${said(trip)}, and the server works ${said(work)} on the page. ${nameText} No connection is open. When is the first byte on her laptop?`,
    unit: 'ms',
    right,
    within,
    shown: formatDuration(right, 0),
    slips: slips.map(({ value, html }) => ({ value, within, said: { html } })),
    otherwise: {
      html: 'Count what the laptop waits for, one after the other: the name if it is not known, the connection, the request with the server’s work.',
    },
    because: {
      html: `${isCold ? `${formatDuration(name, 0)} for the name, ` : 'Nothing for the name, '}${formatDuration(trip, 0)} to connect, ${formatDuration(trip, 0)} to ask and hear, and ${formatDuration(work, 0)} of work between them. ${toldBy(right, name + 2 * trip + work)}`,
    },
  };
};

function toldBy(right: number, sum: number): string {
  const run = formatDuration(right, 0);
  return run === formatDuration(sum, 0)
    ? `The run says ${run}.`
    : `The run says ${run}: what is over, the bytes needed to get into the lines.`;
}

function timeOf(claims: readonly ClaimView[], name: string): number {
  const value = claims.find((claim) => claim.name === name)?.value;
  if (typeof value !== 'number') throw new Error(`the run has no ${name}`);
  return value;
}
