// What functions with type parameters make of what they are given: the compiler compares overloads with their type
// parameters taken away, so the measure of the modules (node-modules.ts) says little of these. Here they are used.
import type { BUILTINS } from '../../src/engine/node/builtins.ts';

type Util = ReturnType<(typeof BUILTINS)['util']>;
type NodeUtil = typeof import('node:util');

/** True when the two are one type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

declare const ours: Util;
declare const theirs: NodeUtil;

declare function read(path: string, size: number, done: (error: Error | null, text: Date) => void): void;
declare function remove(path: string, done: (error?: Error | null) => void): void;
declare function ready(done: (error: Error | null, count: number) => void): void;
declare const own: { (): void; [theirs.promisify.custom]: (name: string) => Promise<boolean> };

export const promised = [
  ours.promisify(read),
  ours.promisify(remove),
  ours.promisify(ready),
  ours.promisify(own),
] as const;
const promisedByNode = [
  theirs.promisify(read),
  theirs.promisify(remove),
  theirs.promisify(ready),
  theirs.promisify(own),
] as const;
/** Names of arguments differ, types do not. */
type Plain<F> = F extends (...args: infer A) => infer R ? { args: [...A]; result: R } : never;
type AllSame<A extends readonly unknown[], B extends readonly unknown[]> = {
  [I in keyof A]: I extends keyof B ? Same<Plain<A[I]>, Plain<B[I]>> : false;
};
export const promisify: AllSame<typeof promised, typeof promisedByNode> = [true, true, true, true];

const options = { port: { type: 'string' }, loud: { type: 'boolean', multiple: true } } as const;
export const parsed = ours.parseArgs({ options, allowPositionals: true });
const parsedByNode = theirs.parseArgs({ options, allowPositionals: true });
export const parseArgs: Same<typeof parsed, typeof parsedByNode> = true;

export const deprecated: typeof read = ours.deprecate(read, 'is old');
