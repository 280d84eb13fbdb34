/**
 * What Node's modules have and these have not, with the reason: the compiler checks the rest (test/types), a test looks
 * at each name in both Nodes, and a page prints the list.
 */

export interface Omission<N extends string = string> {
  readonly names: readonly N[];
  readonly why: string;
}

type ByModule = Readonly<Record<string, readonly Omission[]>>;

const NOBODY_TYPES = 'nobody types anything into a simulated program';
const BENEATH = 'it is about the machine beneath, and this one is simulated';

const INSIDE = 'it is an inside of Node’s that no program needs; node:http is here';

/** Why a module of Node's is not here. */
export const MISSING_MODULES: Readonly<Record<string, string>> = {
  _http_common: INSIDE,
  _http_incoming: INSIDE,
  _http_outgoing: INSIDE,
  _http_server: INSIDE,
  _tls_common: 'TLS comes with the chapter on TLS',
  _tls_wrap: 'TLS comes with the chapter on TLS',
  async_hooks:
    'JavaScript does not tell which promise goes on for whom, so no context can be followed honestly',
  child_process: BENEATH,
  cluster: BENEATH,
  http2: 'HTTP/2 comes with a chapter of its own',
  inspector: BENEATH,
  'inspector/promises': BENEATH,
  readline: NOBODY_TYPES,
  'readline/promises': NOBODY_TYPES,
  repl: BENEATH,
  test: 'tests are no programs of the course; node:assert is here',
  'test/reporters': 'tests are no programs of the course; node:assert is here',
  tls: 'TLS comes with the chapter on TLS',
  tty: BENEATH,
  v8: BENEATH,
  vm: BENEATH,
  wasi: BENEATH,
  worker_threads: BENEATH,
  zlib: 'nothing compresses here yet',
};

const ASSERT = [{ names: ['Assert'], why: 'the functions of the module do the same' }] as const;
const PATHS = [
  { names: ['matchesGlob'], why: 'there are no patterns of files here' },
  { names: ['win32'], why: 'the machines here run Linux' },
] as const;

/** Not here: undefined, or a function that throws and says why, or an object of such functions. */
export const ABSENT = {
  assert: ASSERT,
  'assert/strict': ASSERT,
  buffer: [{ names: ['resolveObjectURL'], why: 'no URL stands for a Blob yet' }],
  console: [{ names: ['context', 'createTask'], why: 'they serve debuggers' }],
  crypto: [
    {
      names: [
        'createCipheriv',
        'createDecipheriv',
        'Cipheriv',
        'Decipheriv',
        'getCipherInfo',
        'publicEncrypt',
        'publicDecrypt',
        'privateDecrypt',
        'privateEncrypt',
      ],
      why: 'ciphers come with the chapter on TLS',
    },
    {
      names: [
        'generateKey',
        'generateKeySync',
        'createPrivateKey',
        'createPublicKey',
        'createSecretKey',
        'createSign',
        'createVerify',
        'createDiffieHellman',
        'getDiffieHellman',
        'createDiffieHellmanGroup',
        'createECDH',
        'generateKeyPairSync',
        'generateKeyPair',
        'sign',
        'verify',
        'decapsulate',
        'diffieHellman',
        'encapsulate',
        'generatePrime',
        'generatePrimeSync',
        'checkPrime',
        'checkPrimeSync',
        'Certificate',
        'KeyObject',
        'Sign',
        'Verify',
        'DiffieHellman',
        'DiffieHellmanGroup',
        'ECDH',
        'X509Certificate',
      ],
      why: 'keys and certificates come with the chapter on TLS',
    },
    { names: ['argon2', 'argon2Sync'], why: 'it takes more memory and time than a page has' },
    {
      names: ['setFips', 'fips', 'secureHeapUsed', 'setEngine', 'getMacs', 'prng', 'rng'],
      why: 'there is no OpenSSL beneath',
    },
  ],
  diagnostics_channel: [
    { names: ['BoundedChannel'], why: 'it is new, and experimental' },
    { names: ['tracingChannel', 'boundedChannel'], why: 'asynchronous contexts are not followed' },
  ],
  events: [{ names: ['EventEmitterAsyncResource'], why: 'asynchronous contexts are not followed' }],
  fs: [
    {
      names: [
        'ftruncate',
        'ftruncateSync',
        'fchown',
        'fchownSync',
        'fchmod',
        'fchmodSync',
        'fstat',
        'fstatSync',
        'close',
        'closeSync',
        'open',
        'openSync',
        'openAsBlob',
        'futimes',
        'futimesSync',
        'fsync',
        'fsyncSync',
        'write',
        'writeSync',
        'read',
        'readSync',
        'fdatasync',
        'fdatasyncSync',
        'writev',
        'writevSync',
        'readv',
        'readvSync',
      ],
      why: 'files have no descriptors',
    },
    {
      names: [
        'chown',
        'chownSync',
        'lchown',
        'lchownSync',
        'chmod',
        'chmodSync',
        'lchmod',
        'lchmodSync',
        'utimes',
        'utimesSync',
        'lutimes',
        'lutimesSync',
        'statfs',
        'statfsSync',
        'StatsFs',
      ],
      why: 'files have no owners, modes or devices',
    },
    {
      names: ['link', 'linkSync', 'symlink', 'symlinkSync', 'readlink', 'readlinkSync'],
      why: 'there are no links',
    },
    {
      names: ['opendir', 'opendirSync', 'Dir', 'Utf8Stream', 'FileReadStream', 'FileWriteStream'],
      why: 'few programs need it',
    },
  ],
  globalThis: [
    {
      names: ['CloseEvent', 'ErrorEvent', 'MessageEvent', 'WebSocket'],
      why: 'WebSockets come with a chapter of their own',
    },
    {
      names: ['Atomics', 'BroadcastChannel', 'MessageChannel', 'MessagePort', 'SharedArrayBuffer'],
      why: 'there are no other threads',
    },
    {
      names: ['FinalizationRegistry', 'WeakRef'],
      why: 'what is collected, and when, differs from run to run',
    },
    { names: ['Storage', 'localStorage', 'sessionStorage'], why: 'programs keep what they keep in files' },
    { names: ['Navigator', 'navigator', 'WebAssembly'], why: BENEATH },
    { names: ['PerformanceResourceTiming'], why: 'fetch leaves no entries' },
    { names: ['Temporal', 'URLPattern'], why: 'not every browser has it' },
  ],
  http: [
    {
      names: ['WebSocket', 'CloseEvent', 'MessageEvent'],
      why: 'WebSockets come with a chapter of their own',
    },
  ],
  https: [
    {
      names: ['Agent', 'Server', 'createServer', 'get', 'globalAgent', 'request'],
      why: 'TLS comes with the chapter on TLS',
    },
  ],
  path: PATHS,
  'path/posix': PATHS,
  perf_hooks: [
    {
      names: [
        'eventLoopUtilization',
        'monitorEventLoopDelay',
        'timerify',
        'createHistogram',
        'createSlidingWindowHistogram',
        'importHistogram',
        'constants',
        'PerformanceNodeEntry',
      ],
      why: 'a program’s JavaScript takes no virtual time, so there is nothing to measure',
    },
    { names: ['PerformanceResourceTiming'], why: 'fetch leaves no entries' },
  ],
  process: [
    {
      names: [
        'moduleLoadList',
        'mainModule',
        'reallyExit',
        'openStdin',
        'domain',
        'report',
        'finalization',
        'getBuiltinModule',
        'addUncaughtExceptionCaptureCallback',
        'noProcessWarnings',
        'setSourceMapsEnabled',
      ],
      why: 'it is about the machine beneath, or about Node’s own making',
    },
  ],
  'stream/web': [{ names: ['ReadableStreamTee'], why: 'a name of the types; Node has none' }],
  url: [{ names: ['URLPattern'], why: 'engines differ in it' }],
  util: [{ names: ['MIMEType', 'MIMEParams'], why: 'few programs need them' }],
} as const satisfies ByModule;

/** Here, and behaving as Node's, but with types that say less than Node's or other things. */
export const LOOSER = {
  crypto: [{ names: ['constants'], why: 'there is no OpenSSL beneath, whose switches they are' }],
  dns: [{ names: ['promises'], why: 'it is dns/promises, and measured there' }],
  'dns/promises': [{ names: ['getDefaultResultOrder'], why: 'Node’s types forget that it may be ipv6first' }],
  fs: [
    { names: ['constants'], why: 'Node’s types name O_SYMLINK, which only macOS has' },
    {
      names: ['promises'],
      why: 'it is node:fs/promises, which is measured by itself, but for the same constants',
    },
  ],
  'fs/promises': [{ names: ['constants'], why: 'Node’s types name O_SYMLINK, which only macOS has' }],
  globalThis: [
    { names: ['SubtleCrypto'], why: 'it lacks `supports`, which is experimental' },
    { names: ['process'], why: 'it is node:process, which is measured by itself' },
  ],
  os: [
    {
      names: ['constants'],
      why: 'Node’s types name the signals and errors of every system (SIGBREAK, WSAEINTR); these are Linux’s, as os.constants is there',
    },
  ],
  process: [
    {
      names: ['stdin', 'stdout', 'stderr'],
      why: 'Node’s types take them for terminals; here they are streams, as they are in Node when a pipe is at the other end',
    },
    {
      names: ['versions', 'config'],
      why: 'there is no V8, libuv or OpenSSL of its own beneath, and nothing was built',
    },
    {
      names: ['permission', 'connected', 'traceDeprecation', 'throwDeprecation', 'traceProcessWarnings'],
      why: 'Node’s types have them always, Node only when an option or a parent process asks for it',
    },
    {
      names: [
        'addListener',
        'on',
        'once',
        'off',
        'prependListener',
        'prependOnceListener',
        'removeAllListeners',
        'removeListener',
        'setMaxListeners',
      ],
      why: 'they give back the process itself, of which the names above are left out; node:events is measured',
    },
  ],
} as const satisfies ByModule;

/** Names of a module that its type is not measured by. */
export type Omitted<M extends string> = NamesIn<typeof ABSENT, M> | NamesIn<typeof LOOSER, M> | 'default';

type NamesIn<T, M extends string> = M extends keyof T
  ? T[M] extends readonly Omission[]
    ? T[M][number]['names'][number]
    : never
  : never;
