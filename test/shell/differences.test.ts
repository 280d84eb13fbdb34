/** The list of differences says something in each of its rows; that they exist is tested beside Linux (test/interop). */
import { expect, it } from 'vitest';
import { COMPARED_WITH, DIFFERENCES } from '../../src/engine/shell/differences.ts';
import { parseLine } from '../../src/engine/shell/parse.ts';
import { PROGRAMS } from '../../src/engine/shell/programs.ts';

it('names programs, and gives reasons', () => {
  expect(COMPARED_WITH).toContain('Linux');
  for (const { program, about, why, line } of DIFFERENCES) {
    expect(about).toMatch(/\.$/);
    expect(why).toMatch(/\.$/);
    if (PROGRAMS.has(program) && line !== undefined) expect(parseLine(line)[0]!.words[0]).toBe(program);
    else expect(['the shell', 'all', 'Linux', ...PROGRAMS.keys()]).toContain(program);
  }
});
