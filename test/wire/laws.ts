/** What holds for every declared header; each format’s test says for which values and bytes. */
import { expect } from 'vitest';
import type { Struct } from '../../src/engine/wire/codec.ts';
import { partitionFault } from './partition.ts';

// biome-ignore lint/suspicious/noExplicitAny: any struct at all
type AnyStruct = Struct<any>;

/** Accessors read what the interpreter reads, at any offset, and write what it reads back without touching neighbours. */
export function expectAccessorsAgree(format: AnyStruct, bytes: Uint8Array): void {
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const decoded = format.decode(bytes) as Record<string, unknown>;
  const names = Object.keys(format.get);
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) {
    expect(format.get[name]!(bytes, 0), name).toBe(decoded[name]);
    expect(format.get[name]!(shifted, 3), `${name} at 3`).toBe(decoded[name]);
    const copy = shifted.slice();
    format.set[name]!(copy, 3, decoded[name] as number);
    expect(copy, `${name} written back`).toEqual(shifted);
    format.set[name]!(copy, 3, 0);
    expect(format.get[name]!(copy, 3), `${name} cleared`).toBe(0);
    for (const other of names) {
      if (other !== name) expect(format.get[other]!(copy, 3), `${other} beside ${name}`).toBe(decoded[other]);
    }
  }
}

/** Canonical bytes come back as they were, decoded and encoded again; their tree partitions them and has no problem. */
export function expectCanonical(format: AnyStruct, bytes: Uint8Array): void {
  expect(format.encode(format.decode(bytes) as never)).toEqual(bytes);
  const tree = format.dissect(bytes);
  expect(partitionFault(tree, bytes.length * 8)).toBeUndefined();
  expect(tree.problem).toBeUndefined();
}
