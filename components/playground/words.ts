// What a playground says: of what a run needs, of where it stands, and, to those who listen, of how it ended.
import { readout } from '../player/readout.ts';
import type { RunView } from './desk.ts';
import type { ProgramOf } from './project.ts';

/** `server on app-1 and client on laptop` */
const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

export function needsSentence(programs: readonly ProgramOf[]): string {
  const who = listed(programs.map(({ name, on }) => `${name} on ${on}`));
  return `Run starts ${who}, in a simulated network in this page. The first run fetches the simulator; nothing leaves your browser.`;
}

/** One phrase beside the word “Output”. */
export function stateText({ phase, time, outcome, isOld }: RunView): string {
  if (phase === 'none') return '';
  if (phase === 'starting') return 'starting the simulator';
  if (phase === 'running') return `running, ${readout(time)}`;
  if (outcome?.fault) return 'not run';
  return `${isOld ? 'of the code before your last change' : 'ended'}, after ${readout(time)}`;
}

/** For the live region: where the run stands, without its lines. */
export function spokenRun(
  { phase, time, output, outcome }: RunView,
  counted: (count: number, what: string) => string,
): string {
  if (phase === 'none') return '';
  if (phase !== 'ended') return 'Running.';
  if (outcome?.fault) return `Not run. ${outcome.fault}`;
  const ends = outcome?.programs.map(({ name, code }) =>
    code === undefined ? `${name} was still running` : `${name} ended with exit code ${code}`,
  );
  const errors = output.lines.filter(({ stream }) => stream === 'stderr').length;
  const printed = `${counted(output.lines.length, 'line')} of output${errors > 0 ? `, ${errors} of them errors` : ''}`;
  return [`Ended after ${readout(time)}.`, outcome?.cut, ends && `${listed(ends)}.`, `${printed}.`]
    .filter((part) => part !== undefined)
    .join(' ');
}
