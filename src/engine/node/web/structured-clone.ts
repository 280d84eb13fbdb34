/**
 * `structuredClone` (HTML §2.7), written out because engines word its refusals differently.
 *
 * Clones what the language has, errors, and our own Blob, File and DOMException. Transfers array buffers; there is no
 * other thread that ports or streams could go to.
 */
import type { NodeProcess } from '../node-process.ts';
import { codedError } from '../system-error.ts';
import { blobs } from './blob.ts';
import { domExceptions } from './dom-exception.ts';
import { invalidArgument } from './idl.ts';

const ERRORS: Readonly<Record<string, ErrorConstructor>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};
/** Bounds the depth of what is cloned: before the stack does it. */
const MAX_DEPTH = 2000;

export function structuredCloning(node: NodeProcess) {
  const { DOMException } = node.load(domExceptions);
  const { Blob } = node.load(blobs);

  function refuse(value: unknown): never {
    throw new DOMException(`${shown(value)} could not be cloned.`, 'DataCloneError');
  }

  /** Objects that have no own properties to walk through; undefined for others. */
  function leaf(
    value: object,
    tag: string,
    transferred: ReadonlyMap<unknown, ArrayBuffer>,
  ): object | undefined {
    switch (tag) {
      case 'Boolean':
      case 'Number':
      case 'String':
      case 'BigInt':
        return Object((value as { valueOf(): unknown }).valueOf()) as object;
      case 'Date':
        return Reflect.construct((value as { constructor: new () => object }).constructor, [
          (value as { getTime(): number }).getTime(),
        ]) as object;
      case 'RegExp':
        return new RegExp((value as RegExp).source, (value as RegExp).flags);
      case 'ArrayBuffer':
        return transferred.get(value) ?? (value as ArrayBuffer).slice(0);
    }
    return undefined;
  }

  function structuredClone<T>(value?: T, options?: { readonly transfer?: unknown }): T {
    if (arguments.length === 0)
      throw codedError(
        TypeError,
        'ERR_MISSING_ARGS',
        'The "The value argument must be specified" argument must be specified',
      );
    const memory = new Map<unknown, unknown>();
    const transferred = transfer(options?.transfer);
    let depth = 0;

    function copy(source: unknown): unknown {
      if (typeof source === 'symbol' || typeof source === 'function') refuse(source);
      if (typeof source !== 'object' || source === null) return source;
      if (memory.has(source)) return memory.get(source);
      if (++depth > MAX_DEPTH) throw new RangeError('Maximum call stack size exceeded');
      const made = copyObject(source);
      depth -= 1;
      return made;
    }

    function remember<T>(source: object, made: T): T {
      memory.set(source, made);
      return made;
    }

    function copyObject(source: object): unknown {
      if (source instanceof Blob) return remember(source, source);
      if (source instanceof DOMException)
        return remember(source, new DOMException(source.message, source.name));
      const tag = Object.prototype.toString.call(source).slice(8, -1);
      const simple = leaf(source, tag, transferred);
      if (simple) return remember(source, simple);
      if (ArrayBuffer.isView(source)) return remember(source, copyView(source));
      if (source instanceof Map) {
        const made = remember(source, new Map());
        for (const [key, item] of [...source]) made.set(copy(key), copy(item));
        return made;
      }
      if (source instanceof Set) {
        const made = remember(source, new Set());
        for (const item of [...source]) made.add(copy(item));
        return made;
      }
      if (tag === 'Error') return copyError(source as Error);
      const isPlain = Array.isArray(source) || tag === 'Object' || tag === 'Arguments';
      // a class of a program's own that gave itself a tag is a plain object all the same
      if (!isPlain && NATIVE_TAGS.has(tag)) refuse(source);
      const made = remember(
        source,
        (Array.isArray(source) ? new Array(source.length) : {}) as Record<string, unknown>,
      );
      for (const key of Object.keys(source)) made[key] = copy((source as Record<string, unknown>)[key]);
      return made;
    }

    function copyView(view: ArrayBufferView): ArrayBufferView {
      const buffer = copy(view.buffer) as ArrayBuffer;
      if (Object.prototype.toString.call(view) === '[object DataView]')
        return new DataView(buffer, view.byteOffset, view.byteLength);
      const Class = typedArrayOf(view);
      return new Class(buffer, view.byteOffset, (view as Uint8Array).length);
    }

    function copyError(source: Error): Error {
      const Class = ERRORS[source.name] ?? Error;
      const real = remember(source, new Class(source.message));
      Object.defineProperty(real, 'stack', { value: source.stack, writable: true, configurable: true });
      if ('cause' in source)
        Object.defineProperty(real, 'cause', {
          value: copy(source.cause),
          writable: true,
          configurable: true,
        });
      return real;
    }

    // a copy is of the kind of what it was made of
    return copy(value) as T;
  }

  function transfer(list: unknown): Map<unknown, ArrayBuffer> {
    const moved = new Map<unknown, ArrayBuffer>();
    if (list === undefined) return moved;
    for (const one of list as Iterable<unknown>) {
      if (typeof one !== 'object' || one === null)
        throw invalidArgument(
          "Failed to execute 'structuredClone': transfer in Options[0] is not an object.",
        );
      if (!(one instanceof ArrayBuffer)) throw new DOMException('Value not transferable', 'DataCloneError');
      moved.set(one, one.transfer());
    }
    return moved;
  }

  return { structuredClone };
}

type ViewClass = new (buffer: ArrayBuffer, at: number, length: number) => ArrayBufferView;

/** The typed array that it is beneath: of a Buffer, Uint8Array. */
function typedArrayOf(view: ArrayBufferView): ViewClass {
  const tag = (view as unknown as { [Symbol.toStringTag]: string })[Symbol.toStringTag];
  return (globalThis as unknown as Record<string, ViewClass>)[tag] ?? (Uint8Array as unknown as ViewClass);
}

/** What has slots that cannot be cloned. */
const NATIVE_TAGS = new Set([
  ...['Promise', 'WeakMap', 'WeakSet', 'WeakRef', 'FinalizationRegistry', 'Generator', 'AsyncGenerator'],
  ...['Symbol', 'Map Iterator', 'Set Iterator', 'Array Iterator', 'String Iterator'],
  ...['ReadableStream', 'WritableStream', 'TransformStream', 'Event', 'EventTarget', 'AbortSignal'],
  ...['Headers', 'Request', 'Response', 'FormData', 'URL', 'URLSearchParams'],
]);

function shown(value: unknown): string {
  if (typeof value === 'symbol') return value.toString();
  if (typeof value === 'function') return Function.prototype.toString.call(value);
  const name = (value as { constructor?: { name?: string } }).constructor?.name ?? 'Object';
  return `#<${name}>`;
}
