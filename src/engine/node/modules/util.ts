/**
 * `node:util`.
 */
import { format, formatWithOptions, inspect } from 'node-inspect-extracted';
import type { NodeProcess } from '../node-process.ts';

export function util(_node: NodeProcess) {
  return { inspect, format, formatWithOptions };
}
