/**
 * Runs as text, kept beside this file: whoever changes what happens sees what changed, packet by packet.
 *
 * `UPDATE=1 npx vitest run test/golden` writes them anew; the difference belongs into the review of the change.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Session } from '../../src/engine/export/session.ts';

const RUNS: readonly {
  readonly name: string;
  readonly set: Readonly<Record<string, string>>;
  readonly seed: number;
}[] = [
  { name: 'defaults', set: {}, seed: 1 },
  { name: 'loss-5', set: { loss: '5%' }, seed: 1 },
  { name: 'server-down', set: { server: 'down' }, seed: 1 },
  { name: 'server-refusing', set: { server: 'refusing' }, seed: 1 },
  { name: 'mistyped', set: { name: 'mistyped' }, seed: 1 },
];

describe('first-request as text', () => {
  it.each(RUNS)('$name', ({ name, set, seed }) => {
    const session = Session.start({ scenario: 'first-request', set, seed, inputs: [] }).finish();
    const text = `${session.text()}\n${session.transcript()}`;
    const file = new URL(`./first-request-${name}.txt`, import.meta.url);
    if (process.env['UPDATE'] || !existsSync(file)) {
      expect(process.env['CI'], 'a golden text is missing').toBeUndefined();
      writeFileSync(file, text);
    }
    expect(text).toBe(readFileSync(file, 'utf8'));
  });
});
