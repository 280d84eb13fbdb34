// What the spoofing race says: what became of the forged answers, and what there was to guess.
import type { SpoofingReading } from '#engine/scenario/dns/spoofing-claims.ts';
import type { Fate, Stroke } from '#engine/scenario/dns/spoofing-races.ts';
import { formatDuration, formatNumber } from '../../engine/format.ts';

const NBSP = '\u00a0';

export const FATES: Readonly<Record<Fate, string>> = {
  believed: 'believed',
  ports: 'wrong port',
  ids: 'wrong id',
  letters: 'wrong letters',
  cookie: 'wrong cookie',
  late: 'too late',
  lost: 'lost on the way',
};

export type Factor = SpoofingReading['factors'][number];

/** The defence, and what it makes a forger guess. */
export const DEFENCES: Readonly<Record<Factor['part'], string>> = {
  ids: 'random ids',
  ports: 'random ports',
  letters: 'mixed case',
  cookie: 'cookies',
};

/** `chaicart.example` without the dot at its end. */
export const bare = (name: string): string => name.replace(/\.$/, '');

export function countOf(strokes: readonly Stroke[], fate: Fate): number {
  return strokes.reduce((sum, stroke) => sum + Number(stroke.fate === fate), 0);
}

const REFUSED = [
  ['ports', 'came to the wrong port'],
  ['ids', 'had the wrong id'],
  ['cookie', 'had the wrong cookie'],
  ['letters', 'had the wrong letters'],
  ['late', 'came too late'],
  ['lost', 'were lost on the way'],
] as const satisfies readonly (readonly [Fate, string])[];

/** `50 forged answers came to the wrong port`, in the order in which a resolver looks. */
function refusals(strokes: readonly Stroke[]): string {
  return REFUSED.map(([fate, words]) => [countOf(strokes, fate), words] as const)
    .filter(([count]) => count > 0)
    .map(([count, words], i) => `${formatNumber(count)}${NBSP}${i === 0 ? 'forged answers ' : ''}${words}`)
    .join(', ');
}

export interface Verdict {
  readonly strong: string;
  readonly rest: string;
}

/** The outcome in two pieces. */
export function verdictOf({ race, window, landed }: SpoofingReading): Verdict {
  const { strokes } = race;
  const lie = strokes.find(({ fate }) => fate === 'believed');
  const truth = window === undefined ? '' : ` after ${formatDuration(window)}`;
  if (lie) {
    const after = formatDuration(lie.arrived! - race.asked, 1);
    const late = countOf(strokes, 'late');
    const more = late > 0 ? ` ${formatNumber(late)} more came too late, and so did the truth${truth}.` : '';
    return {
      strong: `Poisoned: forged answer ${strokes.indexOf(lie) + 1} was believed`,
      rest: `, ${after} after the question.${more}${landed ? ` Maya’s browser then connects to ${landed}.` : ''}`,
    };
  }
  return {
    strong: 'Not poisoned',
    rest: `: ${refusals(strokes)}. ${
      race.isTruthBelieved ? `The true one was believed${truth}.` : 'No answer was believed.'
    }`,
  };
}

export interface Field {
  readonly name: string;
  readonly asked: string;
  readonly forged: string;
  readonly fits: boolean;
}

/** The fields that must fit, of the question and of one forged answer, in the order in which a resolver looks. */
export function fieldsOf({ race }: SpoofingReading, stroke: Stroke): readonly Field[] {
  const fields: Field[] = [
    {
      name: 'To port',
      asked: String(race.port),
      forged: String(stroke.port),
      fits: race.port === stroke.port,
    },
    { name: 'Id', asked: String(race.id), forged: String(stroke.id), fits: race.id === stroke.id },
  ];
  if (race.unknowns.cookie)
    fields.push({
      name: 'Cookie',
      asked: '8 bytes by lot',
      forged: '8 others',
      fits: stroke.fate === 'believed',
    });
  // letters count only where the resolver has drawn them
  const fits = race.unknowns.letters === 0 || race.name === stroke.name;
  return [...fields, { name: 'Name', asked: bare(race.name), forged: bare(stroke.name), fits }];
}

/** `Forged answer 26 of 50, wrong port: no program on UDP port 45947.` */
export function strokeText({ race }: SpoofingReading, at: number): string {
  const stroke = race.strokes[at];
  if (!stroke) return '';
  return `Forged answer ${at + 1} of ${race.strokes.length}, ${FATES[stroke.fate]}: ${stroke.why}.`;
}
