/**
 * dig, host and nslookup beside BIND's own: the same command lines, the same bytes from the server, every character that
 * they print and the status with which they end. Masked: times, message IDs, client cookies.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseLine } from '../../src/engine/shell/parse.ts';
import { AUTHORITY_LINES, authorityAnswer } from './dig-authority.ts';
import {
  masked,
  openRealServer,
  type Printed,
  type RealServer,
  type Respond,
  runOurs,
  runReal,
} from './dig-beside.ts';
import { DIG_LINES, HOST_LINES, NSLOOKUP_LINES } from './dig-lines.ts';
import { respond } from './dig-server.ts';
import { absentPrograms } from './netns.ts';

/** Those that wait for silence take a second each. */
const PATIENCE = 120_000;
const TOGETHER = 8;

interface Tool {
  readonly about: string;
  readonly respond: Respond;
  readonly program: string;
  readonly lines: readonly string[];
  words(port: number, typed: readonly string[]): readonly string[];
}

const digWords: Tool['words'] = (port, typed) => [
  'dig',
  '@127.0.0.1',
  '-p',
  `${port}`,
  '+time=1',
  '+tries=1',
  ...typed,
];

const TOOLS: readonly Tool[] = [
  {
    about: 'dig and an odd server',
    respond,
    program: 'dig',
    lines: DIG_LINES,
    words: digWords,
  },
  {
    about: 'dig and our own name server',
    program: 'dig',
    lines: AUTHORITY_LINES,
    respond: authorityAnswer,
    words: digWords,
  },
  {
    about: 'host and an odd server',
    respond,
    program: 'host',
    lines: HOST_LINES,
    words: (port, typed) => ['host', '-p', `${port}`, '-W', '1', ...typed, '127.0.0.1'],
  },
  {
    about: 'nslookup and an odd server',
    respond,
    program: 'nslookup',
    lines: NSLOOKUP_LINES,
    words: (port, typed) => ['nslookup', `-port=${port}`, '-timeout=1', '-retry=1', ...typed, '127.0.0.1'],
  },
];
const missing = absentPrograms(TOOLS.map(({ program }) => program));
// on CI as root, what is missing is a fault and no excuse
if (missing && process.env['CI'] && process.getuid?.() === 0) throw new Error(missing);

if (missing) console.log(`dig: skipped, ${missing}`);

const typedWords = (line: string): readonly string[] => (line === '' ? [] : parseLine(line)[0]!.words);

describe.skipIf(missing !== undefined).each(TOOLS)('$about', ({ lines, words, respond }) => {
  let server: RealServer;
  const real: Printed[] = [];

  beforeAll(async () => {
    server = await openRealServer(respond);
    let next = 0;
    const work = async (): Promise<void> => {
      for (let i = next++; i < lines.length; i = next++)
        real[i] = masked(await runReal(words(server.port, typedWords(lines[i]!))));
    };
    await Promise.all(Array.from({ length: TOGETHER }, work));
  }, PATIENCE);

  afterAll(() => server.close());

  it.each(lines.map((line, i) => [line, i] as const))('%s', (line, i) => {
    expect(masked(runOurs(words(server.port, typedWords(line)), server.port, respond))).toEqual(real[i]);
  });
});
