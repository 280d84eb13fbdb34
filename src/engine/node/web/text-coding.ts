/**
 * The engine's own `TextEncoder` and `TextDecoder` (Encoding §7), with Node's errors and look.
 */
import { invalidType } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { codedError } from '../system-error.ts';
import { viewedBytes } from './blob.ts';
import { INSPECT, type Inspect } from './idl.ts';

export function textCoding(_node: NodeProcess) {
  class TextDecoder extends globalThis.TextDecoder {
    constructor(label: unknown = 'utf-8', options: unknown = {}) {
      if (options !== null && options !== undefined && typeof options !== 'object')
        throw invalidType('options', 'object', options);
      const name = `${label as string}`;
      try {
        super(name, (options ?? {}) as { fatal?: boolean; ignoreBOM?: boolean });
      } catch {
        throw codedError(RangeError, 'ERR_ENCODING_NOT_SUPPORTED', `The "${name}" encoding is not supported`);
      }
    }

    override decode(input?: unknown, options?: { stream?: boolean }): string {
      if (input !== undefined && !viewedBytes(input))
        throw codedError(
          TypeError,
          'ERR_INVALID_ARG_TYPE',
          'The "list" argument must be an instance of SharedArrayBuffer, ArrayBuffer or ArrayBufferView.',
        );
      try {
        return super.decode(input as Uint8Array | undefined, options);
      } catch {
        throw codedError(
          TypeError,
          'ERR_ENCODING_INVALID_ENCODED_DATA',
          `The encoded data was not valid for encoding ${this.encoding}`,
        );
      }
    }

    [INSPECT](depth: number, options: object, inspect: Inspect): string | TextDecoder {
      if (depth < 0) return this;
      const { encoding, fatal, ignoreBOM } = this;
      return `TextDecoder ${inspect({ encoding, fatal, ignoreBOM }, options)}`;
    }
  }

  class TextEncoder extends globalThis.TextEncoder {
    [INSPECT](_depth: number, options: object, inspect: Inspect): string {
      return inspect({ encoding: this.encoding }, options);
    }
  }
  return { TextDecoder, TextEncoder };
}
