/**
 * The program's own copies of the packages that streams, buffers and emitters come from.
 *
 * Everything that they put off goes to this program's `nextTick`, so that order is the drive's and not the realm's.
 */
import type { NodeProcess } from '../node-process.ts';
import { codedError } from '../system-error.ts';
import { abort } from '../web/abort.ts';
import { blobs } from '../web/blob.ts';
import { streamAdapters } from '../web/stream-adapters.ts';
import { updateBuffer } from './buffer/updates.ts';
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
    ['coded-error', codedError],
    ['events', events],
  ]);
  const libraries = node.libraries(given, around);
  const { Stream: stream } = libraries.require('readable-stream') as { Stream: Packages['stream'] };
  // what Node has had since 22: 64 KiB, where the package still has 16
  stream.setDefaultHighWaterMark(false, 65_536);
  updateStreams(node, stream);
  node.load(streamAdapters).adapt(stream);
  const buffer = libraries.require('buffer') as Packages['buffer'];
  updateBuffer(buffer);
  return {
    stream,
    events,
    buffer,
    string_decoder: libraries.require('string_decoder') as Packages['string_decoder'],
  };
}
