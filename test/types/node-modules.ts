// Every module that programs find has Node's type, but for the omissions that are listed with their reasons
// (engine/node/omissions.ts). The compiler is the test: `npm run check` reads this file, and nothing runs it.
import type { BUILTINS } from '../../src/engine/node/builtins.ts';
import type { Omitted } from '../../src/engine/node/omissions.ts';

type Ours<M extends keyof typeof BUILTINS> = ReturnType<(typeof BUILTINS)[M]>;

/** What the compiler holds our module to. */
interface Measures {
  assert: Omit<typeof import('node:assert'), Omitted<'assert'>>;
  'assert/strict': Omit<typeof import('node:assert/strict'), Omitted<'assert/strict'>>;
  buffer: Omit<typeof import('node:buffer'), Omitted<'buffer'>>;
  console: Omit<typeof import('node:console'), Omitted<'console'>>;
  crypto: Omit<typeof import('node:crypto'), Omitted<'crypto'>>;
  dgram: Omit<typeof import('node:dgram'), Omitted<'dgram'>>;
  diagnostics_channel: Omit<typeof import('node:diagnostics_channel'), Omitted<'diagnostics_channel'>>;
  dns: Omit<typeof import('node:dns'), Omitted<'dns'>>;
  'dns/promises': Omit<typeof import('node:dns/promises'), Omitted<'dns/promises'>>;
  events: Omit<typeof import('node:events'), Omitted<'events'>>;
  http: Omit<typeof import('node:http'), Omitted<'http'>>;
  https: Omit<typeof import('node:https'), Omitted<'https'>>;
  net: Omit<typeof import('node:net'), Omitted<'net'>>;
  perf_hooks: Omit<typeof import('node:perf_hooks'), Omitted<'perf_hooks'>>;
  fs: Omit<typeof import('node:fs'), Omitted<'fs'>>;
  'fs/promises': Omit<typeof import('node:fs/promises'), Omitted<'fs/promises'>>;
  os: Omit<typeof import('node:os'), Omitted<'os'>>;
  path: Omit<typeof import('node:path'), Omitted<'path'>>;
  'path/posix': Omit<typeof import('node:path/posix'), Omitted<'path/posix'>>;
  process: Omit<typeof import('node:process'), Omitted<'process'>>;
  querystring: Omit<typeof import('node:querystring'), Omitted<'querystring'>>;
  stream: Omit<typeof import('node:stream'), Omitted<'stream'>>;
  'stream/consumers': Omit<typeof import('node:stream/consumers'), Omitted<'stream/consumers'>>;
  'stream/promises': Omit<typeof import('node:stream/promises'), Omitted<'stream/promises'>>;
  'stream/web': Omit<typeof import('node:stream/web'), Omitted<'stream/web'>>;
  string_decoder: Omit<typeof import('node:string_decoder'), Omitted<'string_decoder'>>;
  timers: Omit<typeof import('node:timers'), Omitted<'timers'>>;
  'timers/promises': Omit<typeof import('node:timers/promises'), Omitted<'timers/promises'>>;
  url: Omit<typeof import('node:url'), Omitted<'url'>>;
  util: Omit<typeof import('node:util'), Omitted<'util'>>;
  'util/types': Omit<typeof import('node:util/types'), Omitted<'util/types'>>;
}

/** A module that is in the table and not here is a fault, too. */
type Measured = { readonly [M in keyof typeof BUILTINS]: Measures[M] };

declare const ours: { readonly [M in keyof typeof BUILTINS]: Ours<M> };

export const assertModule: Measured['assert'] = ours.assert;
export const assertStrictModule: Measured['assert/strict'] = ours['assert/strict'];
export const bufferModule: Measured['buffer'] = ours.buffer;
export const consoleModule: Measured['console'] = ours.console;
export const cryptoModule: Measured['crypto'] = ours.crypto;
export const dgramModule: Measured['dgram'] = ours.dgram;
export const diagnostics_channelModule: Measured['diagnostics_channel'] = ours.diagnostics_channel;
export const dnsModule: Measured['dns'] = ours.dns;
export const dnsPromisesModule: Measured['dns/promises'] = ours['dns/promises'];
export const eventsModule: Measured['events'] = ours.events;
export const httpModule: Measured['http'] = ours.http;
export const httpsModule: Measured['https'] = ours.https;
export const netModule: Measured['net'] = ours.net;
export const perf_hooksModule: Measured['perf_hooks'] = ours.perf_hooks;
export const fsModule: Measured['fs'] = ours.fs;
export const fsPromisesModule: Measured['fs/promises'] = ours['fs/promises'];
export const osModule: Measured['os'] = ours.os;
export const pathModule: Measured['path'] = ours.path;
export const pathPosixModule: Measured['path/posix'] = ours['path/posix'];
export const processModule: Measured['process'] = ours.process;
export const querystringModule: Measured['querystring'] = ours.querystring;
export const streamModule: Measured['stream'] = ours.stream;
export const streamConsumersModule: Measured['stream/consumers'] = ours['stream/consumers'];
export const streamPromisesModule: Measured['stream/promises'] = ours['stream/promises'];
export const streamWebModule: Measured['stream/web'] = ours['stream/web'];
export const string_decoderModule: Measured['string_decoder'] = ours.string_decoder;
export const timersModule: Measured['timers'] = ours.timers;
export const timersPromisesModule: Measured['timers/promises'] = ours['timers/promises'];
export const urlModule: Measured['url'] = ours.url;
export const utilModule: Measured['util'] = ours.util;
export const utilTypesModule: Measured['util/types'] = ours['util/types'];
