/**
 * Promises that are kept in an event of their own, as by a thread of libuv's pool: reading a blob, hashing.
 *
 * They keep the program alive until then.
 */
import type { NodeProcess } from '../node-process.ts';

export function later<T>(node: NodeProcess, make: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    node.ref();
    node.soon(() => {
      node.unref();
      try {
        resolve(make());
      } catch (error) {
        reject(error);
      }
    });
  });
}
