/**
 * `roundtrip describe SCENARIO`: its parameters with units and ranges, its machines, its claims, its goals.
 */
import { findScenario } from '#engine/scenario/all.ts';
import { type Parameter, writeValue } from '#engine/scenario/parameter.ts';
import { readArguments } from './arguments.ts';

export function describe(args: readonly string[]): string {
  const { positionals } = readArguments('describe', args, {}, ['SCENARIO']);
  const scenario = findScenario(positionals[0]!);
  const parameters = Object.entries(scenario.parameters).map(([name, one]) => [
    name,
    writeValue(one, one.initial),
    allowed(one),
    one.about,
  ]);
  const machines = Object.entries(scenario.places).map(([name, { label, addresses }]) => [
    name,
    label,
    addresses.join(', '),
  ]);
  const claims = Object.entries(scenario.claims).map(([name, { about }]) => [name, about]);
  const goals = Object.entries(scenario.goals ?? {}).map(([name, { label, about }]) => [name, label, about]);
  return [
    `${scenario.name}, version ${scenario.version}: ${scenario.summary}\n`,
    section('Parameters (name, default, allowed)', parameters),
    section('Machines (for --at)', machines),
    section('Claims', claims),
    ...(goals.length > 0 ? [section('Goals', goals)] : []),
  ].join('\n');
}

function allowed(parameter: Parameter): string {
  if (parameter.kind === 'choice') return parameter.choices.map(({ value }) => value).join(' | ');
  return `${writeValue(parameter, parameter.min)} to ${writeValue(parameter, parameter.max)}`;
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  const lines = rows.map((row) =>
    `  ${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!))).join('  ')}`.trimEnd(),
  );
  return `${title}\n${lines.join('\n')}\n`;
}
