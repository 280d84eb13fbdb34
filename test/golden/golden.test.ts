/**
 * Runs as text, kept beside this file: whoever changes what happens sees what changed, packet by packet. Of long runs it
 * is the beginning that is kept, and a fingerprint of the rest.
 *
 * `UPDATE=1 npx vitest run test/golden` writes them anew; the difference belongs into the review of the change.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Session } from '../../src/engine/export/session.ts';
import type { ConsoleLine } from '../../src/engine/inspect/view.ts';
import { scenarios } from '../../src/engine/scenario/all.ts';

interface Kept {
  readonly scenario: string;
  readonly name: string;
  readonly set: Readonly<Record<string, string>>;
}

const RUNS: readonly Kept[] = [
  ...scenarios.map((scenario) => ({ scenario: scenario.name, name: 'defaults', set: {} })),
  { scenario: 'first-request', name: 'loss-5', set: { loss: '5%' } },
  { scenario: 'first-request', name: 'server-down', set: { server: 'down' } },
  { scenario: 'first-request', name: 'server-refusing', set: { server: 'refusing' } },
  { scenario: 'first-request', name: 'mistyped', set: { name: 'mistyped' } },
];

describe('runs as text', () => {
  it.each(RUNS)('$scenario, $name', ({ scenario, name, set }) => {
    const session = Session.start({ scenario, set, seed: 1, inputs: [] }).finish();
    const screens = session.view().consoles.flatMap(({ lines }) => lines.map(printed));
    const parts = [session.text(), session.transcript(), screens.join('')].filter(Boolean).map(shortened);
    const text = parts.join('\n');
    const file = new URL(`./${scenario}-${name}.txt`, import.meta.url);
    if (process.env['UPDATE'] || !existsSync(file)) {
      expect(process.env['CI'], 'a golden text is missing').toBeUndefined();
      writeFileSync(file, text);
    }
    expect(text).toBe(readFileSync(file, 'utf8'));
  });
});

/** Lines of one part that are kept; of a longer one, its beginning, and a fingerprint of the rest. */
const MOST_LINES = 400;

function shortened(part: string): string {
  const lines = part.split('\n');
  if (lines.length <= MOST_LINES) return part;
  const rest = lines.slice(MOST_LINES).join('\n');
  const digest = createHash('sha256').update(rest).digest('hex').slice(0, 16);
  return `${lines.slice(0, MOST_LINES).join('\n')}\n… and ${lines.length - MOST_LINES} lines with the fingerprint ${digest}\n`;
}

/** A line of a terminal as it stands on its screen. */
function printed({ kind, text }: ConsoleLine): string {
  if (kind === 'typed') return `$ ${text}\n`;
  return kind === 'exit' ? `(status ${text})\n` : text;
}
