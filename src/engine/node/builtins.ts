/**
 * The modules of Node that a program may require, by name.
 */

import { assertModule } from './modules/assert.ts';
import { consoleModule } from './modules/console.ts';
import { cryptoModule } from './modules/crypto.ts';
import { dgram } from './modules/dgram/dgram.ts';
import { diagnosticsChannel } from './modules/diagnostics-channel.ts';
import { dnsModule } from './modules/dns/dns.ts';
import { dnsPromises } from './modules/dns/promises.ts';
import { eventsModule } from './modules/events.ts';
import { fsModule, fsPromises } from './modules/fs/fs.ts';
import { http } from './modules/http/http.ts';
import { https } from './modules/http/https.ts';
import { net } from './modules/net/net.ts';
import { osModule } from './modules/os/os.ts';
import { packages } from './modules/packages.ts';
import { pathModule } from './modules/path.ts';
import { processModule } from './modules/process/process.ts';
import { querystringModule } from './modules/querystring.ts';
import { consumers } from './modules/stream-consumers.ts';
import { timers } from './modules/timers.ts';
import { urlModule } from './modules/url.ts';
import { utilTypes } from './modules/util/types.ts';
import { util } from './modules/util/util.ts';
import type { ModuleFactory, NodeProcess } from './node-process.ts';
import { MISSING_MODULES } from './omissions.ts';
import { codedError } from './system-error.ts';
import { performanceInterfaces } from './web/performance.ts';
import { webStreams } from './web/streams.ts';
import { webGlobals } from './web/web-globals.ts';

/** What programs find, by name; `test/types` measures it by Node's own types. */
export const BUILTINS = {
  assert: assertModule,
  'assert/strict': (node: NodeProcess) => node.load(assertModule).strict,
  buffer: bufferModule,
  console: consoleModule,
  crypto: cryptoModule,
  dgram,
  diagnostics_channel: diagnosticsChannel,
  dns: dnsModule,
  'dns/promises': dnsPromises,
  events: eventsModule,
  http,
  https,
  net,
  perf_hooks: performanceInterfaces,
  fs: fsModule,
  'fs/promises': fsPromises,
  os: osModule,
  path: pathModule,
  'path/posix': pathModule,
  process: processModule,
  querystring: querystringModule,
  stream: (node: NodeProcess) => node.load(packages).stream,
  'stream/consumers': consumers,
  'stream/promises': (node: NodeProcess) => node.load(packages).stream.promises,
  'stream/web': webStreams,
  string_decoder: (node: NodeProcess) => node.load(packages).string_decoder,
  timers,
  'timers/promises': (node: NodeProcess) => node.load(timers).promises,
  url: urlModule,
  util,
  'util/types': () => utilTypes,
} satisfies Readonly<Record<string, ModuleFactory<unknown>>>;

/** Older names of parts of a module, which old packages ask for; no types are known of them. */
const OLDER_NAMES: Readonly<Record<string, ModuleFactory<unknown>>> = {
  _http_agent: oldAgentModule,
  _http_client: oldClientModule,
};

function oldAgentModule(node: NodeProcess) {
  const whole = node.load(http);
  return {
    Agent: whole.Agent,
    get globalAgent() {
      return whole.globalAgent;
    },
    set globalAgent(agent) {
      whole.globalAgent = agent;
    },
  };
}

function oldClientModule(node: NodeProcess) {
  return { ClientRequest: node.load(http).ClientRequest };
}

/** `node:buffer` with what it has of the web. */
function bufferModule(node: NodeProcess) {
  const { atob, btoa, Blob, File } = node.load(webGlobals);
  return Object.assign(node.load(packages).buffer, { atob, btoa, Blob, File });
}

/** All that Node 26 has by a bare name, here or not; what only comes with `node:` is not among them. */
export const NODE_MODULES: readonly string[] =
  `_http_agent _http_client _http_common _http_incoming _http_outgoing _http_server _tls_common _tls_wrap
  assert assert/strict async_hooks buffer child_process cluster console
  constants crypto dgram diagnostics_channel dns dns/promises domain events fs fs/promises http http2 https inspector
  inspector/promises module net os path path/posix path/win32 perf_hooks process punycode querystring readline
  readline/promises repl stream stream/consumers stream/promises stream/web string_decoder sys timers timers/promises
  tls trace_events tty url util util/types v8 vm wasi worker_threads zlib`.split(/\s+/);

const PREFIXED: ReadonlySet<string> = new Set([
  'node:sea',
  'node:sqlite',
  'node:test',
  'node:test/reporters',
]);

export function isBuiltin(name: string): boolean {
  const plain = plainName(name);
  return Object.hasOwn(BUILTINS, plain) || Object.hasOwn(OLDER_NAMES, plain);
}

/** True for a name that means a module of Node's, also for one that is not here. */
export function isNodeModule(name: string): boolean {
  return PREFIXED.has(name) || NODE_MODULES.includes(plainName(name));
}

/** A module of Node's by its name, with or without `node:`. Throws when it is not here, and says why. */
export function builtin(node: NodeProcess, name: string): unknown {
  const plain = plainName(name);
  if (isBuiltin(plain))
    return node.load<unknown>(OLDER_NAMES[plain] ?? BUILTINS[plain as keyof typeof BUILTINS]);
  const why = isNodeModule(name) ? (MISSING_MODULES[plain] ?? 'nothing stands for it yet') : undefined;
  throw codedError(
    Error,
    'ERR_UNKNOWN_BUILTIN_MODULE',
    `No such built-in module: ${name}${why ? `. The simulated Node has none: ${why}` : ''}`,
  );
}

function plainName(name: string): string {
  return name.replace(/^node:/, '');
}
