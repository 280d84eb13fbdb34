/**
 * The modules of Node that a program may require, by name.
 */

import { assertModule } from './modules/assert.ts';
import { consoleModule } from './modules/console.ts';
import { dgram } from './modules/dgram.ts';
import { dnsModule } from './modules/dns.ts';
import { dnsPromises } from './modules/dns-promises.ts';
import { http } from './modules/http/http.ts';
import { https } from './modules/http/https.ts';
import { net } from './modules/net.ts';
import { packages } from './modules/packages.ts';
import { processModule } from './modules/process.ts';
import { timers } from './modules/timers.ts';
import { util } from './modules/util.ts';
import { utilTypes } from './modules/util-types.ts';
import type { ModuleFactory, NodeProcess } from './node-process.ts';
import { codedError } from './system-error.ts';
import { performanceInterfaces } from './web/performance.ts';
import { webStreams } from './web/streams.ts';

const BUILTINS: Readonly<Record<string, ModuleFactory<unknown>>> = {
  assert: assertModule,
  'assert/strict': (node) => node.load(assertModule).strict,
  buffer: (node) => node.load(packages).buffer,
  console: consoleModule,
  dgram,
  dns: dnsModule,
  'dns/promises': dnsPromises,
  events: (node) => node.load(packages).events,
  http,
  https,
  net,
  perf_hooks: performanceInterfaces,
  process: processModule,
  stream: (node) => node.load(packages).stream,
  'stream/web': webStreams,
  string_decoder: (node) => node.load(packages).string_decoder,
  timers,
  'timers/promises': (node) => node.load(timers).promises,
  util,
  'util/types': () => utilTypes,
};

/** Why a module of Node's is not here. */
const MISSING: Readonly<Record<string, string>> = {
  tls: 'TLS comes with the chapter on TLS',
};

export function isBuiltin(name: string): boolean {
  return plainName(name) in BUILTINS;
}

/** A module of Node's by its name, with or without `node:`. Throws when it is not here, and says why. */
export function builtin(node: NodeProcess, name: string): unknown {
  const plain = plainName(name);
  const factory = BUILTINS[plain];
  if (factory) return node.load(factory);
  const why = MISSING[plain];
  throw codedError(
    Error,
    'ERR_UNKNOWN_BUILTIN_MODULE',
    `No such built-in module: ${name}${why ? `. The simulated Node has none: ${why}` : ''}`,
  );
}

function plainName(name: string): string {
  return name.replace(/^node:/, '');
}
