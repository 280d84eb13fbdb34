/**
 * How `dgram.Socket.send` reads its arguments: the bytes in one piece, a part of them, or a list of pieces; then port and
 * address, unless the socket has a peer; then a callback. Everything but the bytes may be left out.
 */
import { checkPort, checkString, invalidType } from '../../arguments.ts';
import { codedError } from '../../system-error.ts';

type Callback = (...args: unknown[]) => void;
type BufferClass = typeof import('node:buffer').Buffer;

export interface SendArguments {
  /** One datagram. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Undefined for the peer. */
  readonly port: number | undefined;
  readonly address: string | undefined;
  readonly callback: Callback | undefined;
}

const KINDS = ['Buffer', 'TypedArray', 'DataView', 'string'];

/** `Buffer` is the program's own class. */
export function readSend(Buffer: BufferClass, args: readonly unknown[], isConnected: boolean): SendArguments {
  const [first, second, third, fourth, fifth, sixth] = args;
  const isPart = isConnected
    ? typeof third === 'number'
    : Boolean(fifth) || (Boolean(fourth) && typeof fourth !== 'function');
  const message = isPart ? part(Buffer, first, second, third) : first;
  // what stands behind the bytes
  const rest = isPart ? [fourth, fifth, sixth] : [second, third, fourth];
  if (isConnected) {
    const [callback] = rest;
    const isTold = isPart ? (callback && typeof callback !== 'function') || fifth : fourth || fifth;
    if (isTold) throw codedError(Error, 'ERR_SOCKET_DGRAM_IS_CONNECTED', 'Already connected');
    return {
      bytes: whole(Buffer, message),
      port: undefined,
      address: undefined,
      callback: asCallback(callback),
    };
  }
  const bytes = whole(Buffer, message);
  const port = checkPort(rest[0], 'Port', false);
  const [, address, callback] = rest;
  if (typeof address === 'function')
    return { bytes, port, address: undefined, callback: asCallback(address) };
  if (address !== undefined && address !== null) checkString(address, 'address');
  return { bytes, port, address: address ?? undefined, callback: asCallback(callback) };
}

function asCallback(value: unknown): Callback | undefined {
  return typeof value === 'function' ? (value as Callback) : undefined;
}

function part(Buffer: BufferClass, message: unknown, offset: unknown, length: unknown): Uint8Array {
  const bytes = bytesOf(Buffer, message);
  if (!bytes) throw invalidType('buffer', KINDS, message);
  const from = (offset as number) >>> 0;
  const count = (length as number) >>> 0;
  const beyond = (name: string): Error =>
    codedError(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', `"${name}" is outside of buffer bounds`);
  if (from > bytes.length) throw beyond('offset');
  if (from + count > bytes.length) throw beyond('length');
  return bytes.subarray(from, from + count);
}

/** A copy of all the bytes: the program may change its own before they leave. */
function whole(Buffer: BufferClass, message: unknown): Uint8Array<ArrayBuffer> {
  const list: readonly unknown[] = Array.isArray(message) ? message : [message];
  const name = Array.isArray(message) ? 'buffer list arguments' : 'buffer';
  const pieces = list.map((one) => bytesOf(Buffer, one));
  if (pieces.some((one) => one === undefined)) throw invalidType(name, KINDS, message);
  return new Uint8Array(Buffer.concat(pieces as Uint8Array[]));
}

function bytesOf(Buffer: BufferClass, value: unknown): Uint8Array | undefined {
  if (typeof value === 'string') return Buffer.from(value);
  if (!ArrayBuffer.isView(value)) return undefined;
  return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
}
