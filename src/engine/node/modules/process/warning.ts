/**
 * `process.emitWarning`, and what Node prints of a warning.
 */
import { invalidType } from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';

export interface Warning extends Error {
  code?: string;
  detail?: string;
}

interface WarningOptions {
  readonly type?: unknown;
  readonly code?: unknown;
  readonly detail?: unknown;
}

/** A warning made of what a program says; undefined for a deprecation that it wants to hear nothing of. */
export function warningOf(warning: unknown, options?: unknown, code?: unknown): Warning {
  let type = options;
  let detail: unknown;
  if (typeof type === 'object' && type !== null && !Array.isArray(type)) {
    ({ type, code, detail } = type as WarningOptions);
    type ||= undefined;
    if (typeof detail !== 'string') detail = undefined;
  } else if (typeof type === 'function') {
    type = undefined;
    code = undefined;
  }
  if (type !== undefined && typeof type !== 'string') throw invalidType('type', 'string', type);
  if (typeof code === 'function') code = undefined;
  if (code !== undefined && typeof code !== 'string') throw invalidType('code', 'string', code);
  if (warning instanceof Error) return warning;
  if (typeof warning !== 'string') throw invalidType('warning', ['Error', 'string'], warning);
  const made: Warning = new Error(warning);
  made.name = type || 'Warning';
  if (code !== undefined) made.code = code;
  if (detail !== undefined) made.detail = detail as string;
  return made;
}

/** Prints warnings; the first with a hint at an option. */
export function warningPrinter(node: NodeProcess) {
  let isHinted = false;
  return (warning: Warning): void => {
    const code = warning.code ? `[${warning.code}] ` : '';
    const words = typeof warning.toString === 'function' ? warning.toString() : String(warning.message);
    const detail = typeof warning.detail === 'string' ? `\n${warning.detail}` : '';
    const flag = warning.name === 'DeprecationWarning' ? '--trace-deprecation' : '--trace-warnings';
    const hint = isHinted ? '' : `\n(Use \`node ${flag} ...\` to show where the warning was created)`;
    isHinted = true;
    node.print('stderr', `(node:${node.pid}) ${code}${words}${detail}${hint}\n`);
  };
}
