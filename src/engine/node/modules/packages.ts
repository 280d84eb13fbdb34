/**
 * The program's own copies of the packages that streams, buffers and emitters come from.
 *
 * Everything that they put off goes to this program's `nextTick`, so that order is the drive's and not the realm's.
 */
import { inspect } from 'node-inspect-extracted';
import type { NodeProcess } from '../node-process.ts';
import { abort } from '../web/abort.ts';
import { blobs } from '../web/blob.ts';
import { streamAdapters } from '../web/stream-adapters.ts';
import { eventsModule } from './events.ts';
import { updateStreams } from './stream-updates.ts';

export interface Packages {
  readonly stream: typeof import('node:stream');
  readonly events: typeof import('node:events');
  readonly buffer: typeof import('node:buffer');
  readonly string_decoder: typeof import('node:string_decoder');
}

/** What the packages find as `process`: no more than they ask for. */
interface SmallProcess {
  nextTick(run: (...args: unknown[]) => void, ...args: unknown[]): void;
  readonly env: Readonly<Record<string, string>>;
  emitWarning(message: unknown): void;
  readonly stdout: undefined;
  readonly stderr: undefined;
}

export function packages(node: NodeProcess): Packages {
  const small: SmallProcess = {
    nextTick: (run, ...args) => node.nextTick(() => run(...args)),
    env: {},
    emitWarning: (warning) => node.warn(warning as string | Error),
    stdout: undefined,
    stderr: undefined,
  };
  const { AbortController, AbortSignal } = node.load(abort);
  const { Blob } = node.load(blobs);
  const around = { AbortController, AbortSignal, Blob, AggregateError };
  const events = node.load(eventsModule);
  const given = new Map<string, unknown>([
    ['process/', small],
    ['events', events],
  ]);
  const libraries = node.libraries(given, around);
  const { Stream: stream } = libraries.require('readable-stream') as { Stream: Packages['stream'] };
  // what Node has had since 22: 64 KiB, where the package still has 16
  stream.setDefaultHighWaterMark(false, 65_536);
  updateStreams(node, stream);
  node.load(streamAdapters).adapt(stream);
  const buffer = libraries.require('buffer') as Packages['buffer'];
  Object.defineProperty(buffer.Buffer.prototype, inspect.custom, {
    value: shownBuffer,
    configurable: true,
    writable: true,
  });
  return {
    stream,
    events,
    buffer,
    string_decoder: libraries.require('string_decoder') as Packages['string_decoder'],
  };
}

/** Bytes of a buffer that are shown. */
const SHOWN_BYTES = 50;

/** `<Buffer 68 65>`, as Node shows one today. */
function shownBuffer(this: Uint8Array, _depth: number, options: object): string {
  const bytes = [...this.subarray(0, SHOWN_BYTES)].map((byte) => byte.toString(16).padStart(2, '0'));
  const rest = this.length - bytes.length;
  const more = rest > 0 ? ` ... ${rest} more byte${rest > 1 ? 's' : ''}` : '';
  const own = Object.entries(this).slice(this.length);
  const extra = own.map(([name, value]) => `, ${name}: ${inspect(value, { ...options, compact: Infinity })}`);
  return `<Buffer ${bytes.join(' ')}${more}${extra.join('')}>`;
}
