/**
 * `node:crypto`, as far as hashes, HMAC, chance and deriving keys from passwords go.
 *
 * Chance is the world's: the same seed gives the same "secrets". Ciphers, key pairs, signatures and certificates come
 * with the chapter on TLS; asked for, they throw and say so. What takes a callback computes at once and calls back in an
 * event of its own.
 */
import type {
  BinaryLike,
  HashOptions,
  HmacOptions,
  KeyLike,
  OneShotDigestOptions,
  OneShotDigestOptionsWithBufferEncoding,
  OneShotDigestOptionsWithStringEncoding,
  RandomUUIDOptions,
  RandomUUIDV7Options,
  ScryptOptions,
  UUID,
} from 'node:crypto';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { pbkdf2 as noblePbkdf2 } from '@noble/hashes/pbkdf2.js';
import { scrypt as nobleScrypt } from '@noble/hashes/scrypt.js';
import {
  checkFunction,
  checkInteger,
  checkNumber,
  checkString,
  checkUint32,
  invalidType,
  outOfRange,
} from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { codedError } from '../system-error.ts';
import { wallClockMs } from '../wall-clock.ts';
import { viewedBytes } from '../web/blob.ts';
import { fillRandom, randomBytes as randomOf, randomUuid } from '../web/chance.ts';
import { type Digest, digestNamed, digestNames, type Hashing } from '../web/digests.ts';
import { checkUuidOptions, webCrypto } from '../web/web-crypto.ts';
import { absent } from './absent.ts';
import { packages } from './packages.ts';

const MAX_BYTES = 2_147_483_647;
/** Bytes of chance that a program may ask for at once: the machine beneath is the reader's. */
const MAX_RANDOM = 64 * 1024 * 1024;
const DATA = ['string', 'Buffer', 'TypedArray', 'DataView'];
const KEYS = ['string', 'ArrayBuffer', 'Buffer', 'TypedArray', 'DataView', 'KeyObject', 'CryptoKey'];
const VIEWS = ['ArrayBuffer', 'Buffer', 'TypedArray', 'DataView'];

/** What is not here, by the chapter that it waits for. */
const MISSING = [
  ...['argon2', 'argon2Sync', 'checkPrime', 'checkPrimeSync', 'createCipheriv', 'createDecipheriv'],
  ...['createDiffieHellman', 'createDiffieHellmanGroup', 'createECDH', 'createMac', 'createPrivateKey'],
  ...['createPublicKey', 'createSecretKey', 'createSign', 'createVerify', 'diffieHellman', 'generatePrime'],
  ...['generatePrimeSync', 'getCipherInfo', 'getDiffieHellman', 'parsePKCS12', 'generateKeyPair'],
  ...['generateKeyPairSync', 'generateKey', 'generateKeySync', 'privateDecrypt', 'privateEncrypt'],
  ...['publicDecrypt', 'publicEncrypt', 'setEngine', 'sign', 'verify', 'encapsulate', 'decapsulate'],
  ...['Certificate', 'Cipheriv', 'Decipheriv', 'DiffieHellman', 'DiffieHellmanGroup', 'ECDH', 'KeyObject'],
  ...['Sign', 'Verify', 'X509Certificate'],
];

type Encoding = BufferEncoding | 'buffer' | undefined;
type Bytes = Buffer<ArrayBuffer>;
/** Without a value when there is an error, which Node’s types leave out. */
type Done<T> = (error: Error | null, value: T) => void;

export function cryptoModule(node: NodeProcess) {
  const { stream, buffer } = node.load(packages);
  const { Buffer } = buffer;
  const { crypto } = node.load(webCrypto);

  // what @noble/hashes makes lies in no shared memory
  const bufferOf = (bytes: Uint8Array): Bytes =>
    Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  const given = (bytes: Uint8Array, encoding: Encoding): Bytes | string =>
    encoding === undefined || encoding === 'buffer' ? bufferOf(bytes) : bufferOf(bytes).toString(encoding);

  function dataOf(
    data: unknown,
    name: string,
    encoding?: Encoding,
    expected: readonly string[] = DATA,
  ): Uint8Array {
    if (typeof data === 'string') return Buffer.from(data, encoding === 'buffer' ? 'utf8' : encoding);
    const bytes = viewedBytes(data);
    if (!bytes || (expected === DATA && !ArrayBuffer.isView(data))) throw invalidType(name, expected, data);
    return bytes;
  }

  // ── hashes

  class Hash extends stream.Transform {
    #state: Hashing;
    #isDone = false;
    readonly #length: number | undefined;

    constructor(algorithm?: unknown, options?: HashOptions, state?: Hashing) {
      super(options);
      checkString(algorithm, 'algorithm');
      const { outputLength } = options ?? {};
      if (outputLength !== undefined) checkUint32(outputLength, 'options.outputLength');
      const digest = digestNamed(algorithm);
      if (!digest) throw new Error('Digest method not supported');
      if (outputLength !== undefined && outputLength !== digest.length && !digest.isExtendable)
        throw Object.assign(
          new Error('error:030000B2:digital envelope routines::not XOF or invalid length'),
          {
            library: 'digital envelope routines',
            reason: 'not XOF or invalid length',
            code: 'ERR_OSSL_EVP_NOT_XOF_OR_INVALID_LENGTH',
          },
        );
      this.#length = outputLength;
      this.#state = state ?? digest.create(outputLength);
      this.#algorithm = algorithm;
    }
    readonly #algorithm: string;

    copy(options?: HashOptions): Hash {
      if (this.#isDone) throw finalized();
      return new Hash(this.#algorithm, options ?? { outputLength: this.#length }, this.#state.clone());
    }
    update(data: string | NodeJS.ArrayBufferView, encoding?: Encoding): this {
      if (this.#isDone) throw finalized();
      this.#state.update(dataOf(data, 'data', encoding));
      return this;
    }
    digest(): Bytes;
    digest(encoding: BufferEncoding): string;
    digest(encoding: Encoding): Bytes | string;
    digest(encoding?: Encoding): Bytes | string {
      if (this.#isDone) throw finalized();
      this.#isDone = true;
      return given(this.#length === 0 ? new Uint8Array(0) : this.#state.digest(), encoding);
    }
    override _transform(chunk: Uint8Array | string, encoding: BufferEncoding, done: () => void): void {
      this.update(chunk, encoding);
      done();
    }
    override _flush(done: () => void): void {
      this.push(this.digest());
      done();
    }
  }

  class Hmac extends stream.Transform {
    readonly #state: Hashing;
    #isDone = false;

    constructor(algorithm?: unknown, key?: unknown, options?: HmacOptions) {
      super(options);
      checkString(algorithm, 'hmac');
      const bytes = dataOf(key, 'key', options?.encoding, KEYS);
      this.#state = hmac.create(digestFor(algorithm).hash as never, bytes) as unknown as Hashing;
    }
    update(data: string | NodeJS.ArrayBufferView, encoding?: Encoding): this {
      if (this.#isDone) throw finalized();
      this.#state.update(dataOf(data, 'data', encoding));
      return this;
    }
    digest(): Bytes;
    digest(encoding: BufferEncoding): string;
    digest(encoding: Encoding): Bytes | string;
    digest(encoding?: Encoding): Bytes | string {
      if (this.#isDone) return given(new Uint8Array(0), encoding);
      this.#isDone = true;
      return given(this.#state.digest(), encoding);
    }
    override _transform(chunk: Uint8Array | string, encoding: BufferEncoding, done: () => void): void {
      this.update(chunk, encoding);
      done();
    }
    override _flush(done: () => void): void {
      this.push(this.digest());
      done();
    }
  }

  function hash(
    algorithm: string,
    input: BinaryLike,
    options?: OneShotDigestOptionsWithStringEncoding | BufferEncoding,
  ): string;
  function hash(
    algorithm: string,
    input: BinaryLike,
    options: OneShotDigestOptionsWithBufferEncoding | 'buffer',
  ): Bytes;
  function hash(
    algorithm: string,
    input: BinaryLike,
    options: OneShotDigestOptions | BufferEncoding | 'buffer',
  ): Bytes | string;
  function hash(
    algorithm: unknown,
    input: unknown,
    options: OneShotDigestOptions | BufferEncoding | 'buffer' = 'hex',
  ): Bytes | string {
    checkString(algorithm, 'algorithm');
    const { outputEncoding = 'hex', outputLength } =
      typeof options === 'string' ? { outputEncoding: options } : options;
    const bytes = dataOf(input, 'input');
    const made = new Hash(algorithm, outputLength === undefined ? undefined : { outputLength });
    return made.update(bytes).digest(outputEncoding);
  }

  // ── chance

  function randomBytes(size: number): Bytes;
  function randomBytes(size: number, callback: Done<Bytes>): void;
  function randomBytes(size: unknown, callback?: Done<Bytes>): Bytes | undefined {
    checkNumber(size, 'size', 0, MAX_BYTES);
    if (callback !== undefined) checkFunction(callback, 'callback');
    if (size > MAX_RANDOM) node.abort(`asked for ${size} random bytes at once`);
    const make = (): Bytes => bufferOf(randomOf(node, size));
    if (callback === undefined) return make();
    answer(callback, make);
    return undefined;
  }

  function randomFillSync<T>(into: T, offset: unknown = 0, size?: unknown): T {
    const bytes = viewedBytes(into);
    if (!bytes) throw invalidType('buf', ['ArrayBuffer', 'ArrayBufferView'], into);
    const unit = (into as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
    const elements = bytes.length / unit;
    checkNumber(offset, 'offset', 0, elements);
    if (size !== undefined) checkNumber(size, 'size', 0, MAX_BYTES);
    const end = size === undefined ? elements : offset + (size as number);
    if (end > elements) throw outOfRange('size + offset', `<= ${elements}`, end);
    fillRandom(node, bytes.subarray(offset * unit, end * unit));
    return into;
  }

  function randomFill<T>(into: T, callback: Done<T>): void;
  function randomFill<T>(into: T, offset: number, callback: Done<T>): void;
  function randomFill<T>(into: T, offset: number, size: number, callback: Done<T>): void;
  function randomFill<T>(into: T, ...rest: unknown[]): void {
    const callback = rest.pop();
    if (!viewedBytes(into)) throw invalidType('buf', ['ArrayBuffer', 'ArrayBufferView'], into);
    checkFunction(callback, 'callback');
    answer<T>(callback, () => randomFillSync(into, rest[0], rest[1]));
  }

  function randomInt(max: number): number;
  function randomInt(min: number, max: number): number;
  function randomInt(max: number, callback: Done<number>): void;
  function randomInt(min: number, max: number, callback: Done<number>): void;
  function randomInt(...args: unknown[]): number | undefined {
    const hasMin = args.length > 1 && typeof args[1] !== 'function' && args[1] !== undefined;
    const [min, max, callback] = hasMin ? args : [0, args[0], args[1]];
    const safe = (value: unknown, name: string): number => {
      if (!Number.isSafeInteger(value)) throw invalidType(name, 'a safe integer', value);
      return value as number;
    };
    const from = safe(min, 'min');
    const to = safe(max, 'max');
    if (callback !== undefined) checkFunction(callback, 'callback');
    if (to <= from) throw outOfRange('max', `greater than the value of "min" (${from})`, to);
    const range = to - from;
    if (range > 281_474_976_710_655) throw outOfRange('max - min', '<= 281474976710655', range);
    const draw = (): number => {
      // draws beyond the last whole multiple of the range would favour small numbers
      const limit = 281_474_976_710_656 - (281_474_976_710_656 % range);
      for (;;) {
        const drawn = Buffer.from(randomOf(node, 6)).readUIntBE(0, 6);
        if (drawn < limit) return from + (drawn % range);
      }
    };
    if (callback === undefined) return draw();
    const drawn = draw();
    node.nextTick(() => (callback as (error: undefined, value: number) => void)(undefined, drawn));
    return undefined;
  }

  /** A version 7 UUID (RFC 9562 §5.7): its first 48 bits are the time in milliseconds. */
  function randomUUIDv7(options?: RandomUUIDV7Options): UUID {
    checkUuidOptions(options);
    const time = Math.floor(wallClockMs(node)).toString(16).padStart(12, '0');
    const rest = randomUuid(node).slice(15);
    const [least, variant, last] = rest.split('-');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${least}-${variant}-${last}`;
  }

  function timingSafeEqual(one: unknown, other: unknown): boolean {
    const [a, b] = [one, other].map((value, i) => {
      const bytes = viewedBytes(value);
      if (bytes) return bytes;
      throw codedError(
        TypeError,
        'ERR_INVALID_ARG_TYPE',
        `The "buf${i + 1}" argument must be an instance of ArrayBuffer, Buffer, TypedArray, or DataView.`,
      );
    }) as [Uint8Array, Uint8Array];
    if (a.length !== b.length)
      throw codedError(
        RangeError,
        'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH',
        'Input buffers must have the same byte length',
      );
    return a.reduce((sum, byte, i) => sum | (byte ^ b[i]!), 0) === 0;
  }

  // ── keys from passwords

  function pbkdf2Sync(
    password: BinaryLike,
    salt: BinaryLike,
    rounds: number,
    length: number,
    digest: string,
  ): Bytes {
    return pbkdf2Job(password, salt, rounds, length, digest)();
  }
  function pbkdf2(
    password: BinaryLike,
    salt: BinaryLike,
    rounds: number,
    length: number,
    digest: string,
    callback: Done<Bytes>,
  ): void {
    if (typeof digest === 'function') throw invalidType('digest', 'string', undefined);
    checkFunction(callback, 'callback');
    answer(callback, pbkdf2Job(password, salt, rounds, length, digest));
  }
  function pbkdf2Job(password: unknown, salt: unknown, rounds: unknown, length: unknown, digest: unknown) {
    checkString(digest, 'digest');
    const secret = dataOf(password, 'password', 'utf8', ['string', ...VIEWS]);
    const grains = dataOf(salt, 'salt', 'utf8', ['string', ...VIEWS]);
    checkInteger(rounds, 'iterations', 1, MAX_BYTES);
    checkInteger(length, 'keylen', 0, MAX_BYTES);
    const { hash: noble } = digestFor(digest);
    return () => {
      if (length === 0) throw new Error('PBKDF2 derivation failed');
      return bufferOf(noblePbkdf2(noble as never, secret, grains, { c: rounds, dkLen: length }));
    };
  }

  function hkdfSync(
    digest: string,
    key: KeyLike,
    salt: BinaryLike,
    info: BinaryLike,
    length: number,
  ): ArrayBuffer {
    return hkdfJob(digest, key, salt, info, length)();
  }
  function hkdf(
    digest: string,
    key: KeyLike,
    salt: BinaryLike,
    info: BinaryLike,
    length: number,
    callback: Done<ArrayBuffer>,
  ): void {
    const job = hkdfJob(digest, key, salt, info, length);
    checkFunction(callback, 'callback');
    answer(callback, job);
  }
  function hkdfJob(digest: unknown, key: unknown, salt: unknown, info: unknown, length: unknown) {
    checkString(digest, 'digest');
    const secret = dataOf(key, 'ikm', 'utf8', KEYS);
    const grains = dataOf(salt, 'salt', 'utf8', ['string', ...VIEWS]);
    const context = dataOf(info, 'info', 'utf8', ['string', ...VIEWS]);
    checkInteger(length, 'length', 0, MAX_BYTES);
    if (context.length > 1024)
      throw outOfRange('info', 'must not contain more than 1024 bytes', context.length);
    const found = digestFor(digest);
    if (length > 255 * found.length)
      throw codedError(RangeError, 'ERR_CRYPTO_INVALID_KEYLEN', 'Invalid key length');
    return () => {
      const noble = found.hash as never;
      if (length === 0) throw new Error('HKDF derivation failed');
      return new Uint8Array(expand(noble, extract(noble, secret, grains), context, length)).buffer;
    };
  }

  function scryptSync(
    password: BinaryLike,
    salt: BinaryLike,
    length: number,
    options?: ScryptOptions,
  ): Bytes {
    return scryptJob(password, salt, length, options)();
  }
  function scrypt(password: BinaryLike, salt: BinaryLike, length: number, callback: Done<Bytes>): void;
  function scrypt(
    password: BinaryLike,
    salt: BinaryLike,
    length: number,
    options: ScryptOptions,
    callback: Done<Bytes>,
  ): void;
  function scrypt(password: unknown, salt: unknown, length: unknown, ...rest: unknown[]): void {
    const callback = rest.pop();
    const job = scryptJob(password, salt, length, rest[0]);
    checkFunction(callback, 'callback');
    answer<Bytes>(callback, job);
  }
  function scryptJob(password: unknown, salt: unknown, length: unknown, options: unknown = {}) {
    const secret = dataOf(password, 'password', 'utf8', ['string', ...VIEWS]);
    const grains = dataOf(salt, 'salt', 'utf8', ['string', ...VIEWS]);
    checkInteger(length, 'keylen', 0, MAX_BYTES);
    const asked = (options ?? {}) as Record<string, number | undefined>;
    const N = asked.N ?? asked.cost ?? 16_384;
    const r = asked.r ?? asked.blockSize ?? 8;
    const p = asked.p ?? asked.parallelization ?? 1;
    const maxmem = asked.maxmem ?? 32 * 1024 * 1024;
    const isPowerOfTwo = Number.isInteger(N) && N > 1 && N <= 2 ** 30 && (N & (N - 1)) === 0;
    const isSound = isPowerOfTwo && r > 0 && p > 0;
    const fault = !isSound
      ? ''
      : 128 * N * r > maxmem
        ? `: error:030000AC:digital envelope routines::memory limit exceeded`
        : undefined;
    if (fault !== undefined)
      throw codedError(RangeError, 'ERR_CRYPTO_INVALID_SCRYPT_PARAMS', `Invalid scrypt params${fault}`);
    return () =>
      length === 0
        ? Buffer.alloc(0)
        : bufferOf(
            nobleScrypt(secret, grains, { N, r, p, dkLen: length, maxmem: maxmem + 1024 * r * p + 4096 }),
          );
  }

  /** Calls back in an event of its own, as from a thread of Node's pool. */
  function answer<T>(callback: Done<T>, make: () => T): void {
    node.ref();
    node.soon(() => {
      node.unref();
      let made: T;
      try {
        made = make();
      } catch (error) {
        (callback as (error: Error) => void)(error as Error);
        return;
      }
      callback(null, made);
    });
  }

  return {
    ...absent('crypto', MISSING, 'ciphers, keys and certificates come with the chapter on TLS'),
    Hash,
    Hmac,
    createHash: (algorithm: string, options?: HashOptions) => new Hash(algorithm, options),
    createHmac: (algorithm: string, key: KeyLike, options?: HmacOptions) => new Hmac(algorithm, key, options),
    hash,
    getHashes: digestNames,
    getCiphers: () => [] as string[],
    getCurves: () => [] as string[],
    getFips: () => 0 as const,
    randomBytes,
    pseudoRandomBytes: randomBytes,
    randomFill,
    randomFillSync,
    randomInt,
    randomUUID: (options?: RandomUUIDOptions) => crypto.randomUUID(options),
    randomUUIDv7,
    timingSafeEqual,
    pbkdf2,
    pbkdf2Sync,
    hkdf,
    hkdfSync,
    scrypt,
    scryptSync,
    webcrypto: crypto,
    subtle: crypto.subtle,
    getRandomValues: <T>(array: T): T => crypto.getRandomValues(array),
    constants: {},
  };
}

function digestFor(name: string): Digest {
  const found = digestNamed(name);
  if (found) return found;
  throw codedError(TypeError, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${name}`);
}

function finalized(): Error {
  return codedError(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
}
