// For how long is “no” kept? An SOA record with two numbers, a question that came too early, and a record that was added
// a little later. The engine's cache says when it forgets (RFC 2308 §5).
import { formatSpan, MINUTE, SECOND } from '../../engine/format.ts';
import { absenceKept } from '../../engine/names.ts';
import type { Generator } from './generator.ts';

/** Minutes. Resolvers limit what they keep, so none is beyond an hour. */
const spans = [5, 10, 15, 20, 30, 45, 60];
/** Own TTLs of the record that is added: none is a difference of two spans and a wait. */
const owns = [90, 120, 180, 240];

export const negativeTtl: Generator = async (random) => {
  const pick = (from: readonly number[]) => from[random.below(from.length)]!;
  const ttl = pick(spans);
  const minimum = pick(spans.filter((one) => one !== ttl));
  const passed = 1 + random.below(4);
  const own = pick(owns);
  const kept = absenceKept((ttl * MINUTE) / SECOND, (minimum * MINUTE) / SECOND);
  const right = kept - passed * MINUTE;
  const larger = Math.max(ttl, minimum);
  const seconds = (minutes: number) => (minutes * MINUTE) / SECOND;
  const said = (nanoseconds: number) => formatSpan(nanoseconds);
  const slips = [
    {
      value: kept,
      html: 'The resolver counts from its question, not from the change. It does not know of the change.',
    },
    {
      value: larger * MINUTE - passed * MINUTE,
      html: `You took the larger number. ${ttl > minimum ? 'The last field allows less.' : 'The SOA record itself may be kept for less, and the “no” goes with it.'}`,
    },
    {
      value: larger * MINUTE,
      html: 'You took the larger number, and counted from the change.',
    },
    {
      value: own * MINUTE,
      html: 'That is how long the new record may be kept. Nobody has it yet.',
    },
    {
      value: (ttl + minimum) * MINUTE,
      html: 'The two numbers do not follow each other. One of them ends it.',
    },
  ];
  const others = slips.filter(
    ({ value }, i) => value !== right && slips.findIndex((slip) => slip.value === value) === i,
  );
  return {
    kind: 'number',
    ask: `The SOA record of a zone has a TTL of <strong>${seconds(ttl)}\u00a0s</strong>, and its last field says <strong>${seconds(minimum)}</strong>. A resolver asks for a name that is not there, and is told so. <strong>${passed}\u00a0minute${passed === 1 ? '' : 's'}</strong> later the name is added, with a TTL of <strong>${seconds(own)}\u00a0s</strong>. How long after that does this resolver still say “no such name”?`,
    unit: 'min',
    right,
    within: 0,
    shown: said(right),
    slips: others.map(({ value, html }) => ({ value, within: 0, said: { html } })),
    otherwise: {
      html: 'Two numbers of the SOA say how long “no” may be kept. Which of them counts, and from when?',
    },
    because: {
      html: `The smaller of the two counts, here the ${ttl < minimum ? 'TTL' : 'last field'}: ${said(kept)} from the question. ${passed}\u00a0min of them had passed. The TTL of the new record matters only from then on.`,
    },
  };
};
