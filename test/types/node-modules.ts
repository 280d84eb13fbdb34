// Every module that programs find has Node's type, but for the omissions that are listed with their reasons
// (engine/node/omissions.ts). The compiler is the test: `npm run check` reads this file, and nothing runs it.
import type { BUILTINS } from '../../src/engine/node/builtins.ts';
import type { Omitted } from '../../src/engine/node/omissions.ts';

/** Node's modules. One that is in our table and not here is a fault, too. */
interface Theirs {
  assert: typeof import('node:assert');
  'assert/strict': typeof import('node:assert/strict');
  buffer: typeof import('node:buffer');
  console: typeof import('node:console');
  crypto: typeof import('node:crypto');
  dgram: typeof import('node:dgram');
  diagnostics_channel: typeof import('node:diagnostics_channel');
  dns: typeof import('node:dns');
  'dns/promises': typeof import('node:dns/promises');
  events: typeof import('node:events');
  http: typeof import('node:http');
  https: typeof import('node:https');
  net: typeof import('node:net');
  perf_hooks: typeof import('node:perf_hooks');
  fs: typeof import('node:fs');
  'fs/promises': typeof import('node:fs/promises');
  os: typeof import('node:os');
  path: typeof import('node:path');
  'path/posix': typeof import('node:path/posix');
  process: typeof import('node:process');
  querystring: typeof import('node:querystring');
  stream: typeof import('node:stream');
  'stream/consumers': typeof import('node:stream/consumers');
  'stream/promises': typeof import('node:stream/promises');
  'stream/web': typeof import('node:stream/web');
  string_decoder: typeof import('node:string_decoder');
  timers: typeof import('node:timers');
  'timers/promises': typeof import('node:timers/promises');
  url: typeof import('node:url');
  util: typeof import('node:util');
  'util/types': typeof import('node:util/types');
}

type Ours<M extends keyof typeof BUILTINS> = ReturnType<(typeof BUILTINS)[M]>;

/** Ours, together with what need not be measured of Node's: so what a module is called with, or made with, counts, too. */
export type Completed<O, T, Unmeasured extends PropertyKey> = Without<O, Unmeasured> &
  Pick<T, Unmeasured & keyof T> &
  FormsOf<T> &
  ClassFormsOf<O, T>;

/** `Omit` forgets how a module is called: one that is a function stays whole. */
type Without<O, Names extends PropertyKey> = O extends (...args: never) => unknown
  ? O
  : O extends abstract new (
        ...args: never
      ) => unknown
    ? O
    : Omit<O, Names>;

/**
 * Functions of Node's have a member `__promisify__` in their types and nowhere else: what `util.promisify` makes of them
 * is found there. What it really makes is a matter of tests (test/node/util.test.ts and others).
 */
interface Promisable {
  readonly __promisify__: unknown;
}

type FormsOf<T> = {
  [K in keyof T as T[K] extends Promisable ? K : never]: T[K] extends Promisable
    ? Pick<T[K], '__promisify__'>
    : never;
};

/** Methods have it, too, where a class takes its methods from functions. */
type ClassFormsOf<O, T> = {
  [K in keyof O & keyof T as keyof FormsOf<InstanceOf<T[K]>> extends never ? never : K]: O[K] extends Class<
    infer A,
    infer I
  >
    ? Class<A, I & FormsOf<InstanceOf<T[K]>>>
    : unknown;
};

type InstanceOf<C> = C extends Class<never, infer I> ? I : unknown;

interface Class<A extends readonly unknown[], I> {
  new (...args: A): I;
  readonly prototype: I;
}

type Measured = { readonly [M in keyof typeof BUILTINS]: Theirs[M] };

declare const ours: { readonly [M in keyof typeof BUILTINS]: Completed<Ours<M>, Theirs[M], Omitted<M>> };

/** Names of which the measure says nothing, because what is `any` or `never` will do for every type of Node's. */
export type OpenNames<O, T, Unmeasured> = [O] extends [never]
  ? 'the module'
  : { [K in keyof O & Exclude<keyof T, Unmeasured>]: IsOpen<O[K]> extends IsOpen<T[K]> ? never : K }[keyof O &
      Exclude<keyof T, Unmeasured>];

type IsOpen<T> = [T] extends [never] ? true : 0 extends 1 & T ? true : false;

declare const open: {
  readonly [M in keyof typeof BUILTINS]: OpenNames<(typeof ours)[M], Theirs[M], Omitted<M>>;
};
export const nothingIsOpen: { readonly [M in keyof typeof BUILTINS]: never } = open;

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
