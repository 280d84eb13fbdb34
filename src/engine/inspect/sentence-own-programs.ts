/**
 * Sentences about the programs that people write themselves (node/): how they start, what they print, how they end.
 */
import { type Sentence, say, type Teller } from './sentence-words.ts';

type Detail = Parameters<Teller>[0];
type Called = Parameters<Teller>[1];

/** Characters of a printed line that a sentence shows. */
const MAX_SHOWN = 80;

export const ownProgramTellers: Readonly<Record<string, Teller>> = {
  'program.start': (d, called, machine) =>
    about(d, called, machine, `starts: node ${String(d['argv']).replace(/^\/app\//, '')}`),
  'program.output': (d, called, machine) => {
    const shown = printed(d['text']);
    if (shown === '') return undefined;
    return about(d, called, machine, `${d['stream'] === 'stderr' ? 'complains' : 'prints'} “${shown}”`);
  },
  'program.exit': (d, called, machine) => {
    const code = Number(d['code']);
    const [text, reason] = ENDS.get(code) ?? [`ends with exit status ${code}`, ''];
    return about(d, called, machine, text, reason);
  },
  'program.stopped': (d, called, machine) =>
    about(d, called, machine, 'is stopped', `It ${String(d['why'])}`),
};

/** Exit statuses that say more than a number. Signals are 128 more than their own. */
const ENDS: ReadonlyMap<number, readonly [text: string, reason: string]> = new Map([
  [0, ['ends', '']],
  [13, ['ends with exit status 13', 'What it awaits at its top level will never come']],
  [130, ['ends', 'It was told to by SIGINT, as by Ctrl-C']],
  [137, ['is ended', 'SIGKILL asks no program']],
  [143, ['ends', 'It was told to by SIGTERM']],
]);

function about(detail: Detail, called: Called, machine: string, text: string, reason = ''): Sentence {
  const where = called(machine).replace(/^The /, 'the ');
  return say('app', text, reason, `${String(detail['program'])} on ${where}`);
}

/** The first line of what a program printed, as far as it can be shown in a sentence. */
export function printed(text: unknown): string {
  const lines = String(text)
    .replace(/\u001b\[[0-9;]*m/g, '')
    .split('\n')
    .map((line) => line.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ').trim())
    .filter((line) => line !== '');
  const [first = ''] = lines;
  const characters = [...first];
  const isCut = characters.length > MAX_SHOWN || lines.length > 1;
  return `${characters.slice(0, MAX_SHOWN).join('').trimEnd()}${isCut ? ' …' : ''}`;
}
