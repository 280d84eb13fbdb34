/**
 * `roundtrip list`: the scenarios there are.
 */
import { scenarios } from '#engine/scenario/all.ts';
import { readArguments } from './arguments.ts';

export function list(args: readonly string[]): string {
  const { values } = readArguments('list', args, { json: { type: 'boolean' } }, []);
  const rows = scenarios.map(({ name, version, title, summary }) => ({ name, version, title, summary }));
  if (values.json) return `${JSON.stringify(rows, null, 2)}\n`;
  return rows.map(({ name, summary }) => `${name.padEnd(16)} ${summary}\n`).join('');
}
