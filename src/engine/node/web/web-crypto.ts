/**
 * `crypto`, as far as hashes and HMAC go (Web Cryptography §10, §14, §29, §30), and chance.
 *
 * Computed at once, told in an event of its own as by Node's pool of threads. Ciphers, signatures and key agreement come
 * with the chapter on TLS: until then they are refused, and the refusal says so.
 */
import type { UUID, webcrypto } from 'node:crypto';
import { hmac } from '@noble/hashes/hmac.js';
import { invalidType, missingArguments } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { codedError } from '../system-error.ts';
import { viewedBytes } from './blob.ts';
import { fillRandom, randomBytes, randomUuid } from './chance.ts';
import { digestNamed, type NobleHash } from './digests.ts';
import { domExceptions } from './dom-exception.ts';
import {
  described,
  finishInterface,
  INSPECT,
  type Inspect,
  illegalConstructor,
  invalidArgument,
} from './idl.ts';
import { later } from './later.ts';

const MAX_RANDOM = 65_536;
const HASHES = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'SHA3-384', 'SHA3-512'];
/** Bytes of a block, which are the length of a generated key. */
const BLOCKS: Readonly<Record<string, number>> = {
  'SHA-1': 64,
  'SHA-256': 64,
  'SHA-384': 128,
  'SHA-512': 128,
  'SHA3-256': 136,
  'SHA3-384': 104,
  'SHA3-512': 72,
};
const USAGES: readonly webcrypto.KeyUsage[] = ['sign', 'verify'];
const isUsage = (name: string): boolean => USAGES.some((one) => one === name);
const MAKING = Symbol('making');
const INTEGERS = /^\[object (?:Int8|Uint8|Uint8Clamped|Int16|Uint16|Int32|Uint32|BigInt64|BigUint64)Array\]$/;

interface HmacAlgorithm {
  readonly name: 'HMAC';
  readonly length: number;
  readonly hash: { readonly name: string };
}

export function webCrypto(node: NodeProcess) {
  const { DOMException, QuotaExceededError } = node.load(domExceptions);
  const secrets = new WeakMap<object, Uint8Array<ArrayBuffer>>();
  const refused = (name: string, message: string): unknown => new DOMException(message, name);

  class CryptoKey {
    readonly #extractable: boolean;
    readonly #algorithm: HmacAlgorithm;
    readonly #usages: readonly webcrypto.KeyUsage[];
    constructor(
      making?: symbol,
      algorithm?: HmacAlgorithm,
      isExtractable = false,
      usages: readonly string[] = [],
    ) {
      if (making !== MAKING || !algorithm) throw illegalConstructor();
      this.#algorithm = algorithm;
      this.#extractable = isExtractable;
      this.#usages = USAGES.filter((one) => usages.includes(one));
    }
    get type(): 'secret' {
      return 'secret';
    }
    get extractable(): boolean {
      return this.#extractable;
    }
    get algorithm(): HmacAlgorithm {
      return this.#algorithm;
    }
    get usages(): webcrypto.KeyUsage[] {
      return [...this.#usages];
    }
    [INSPECT](depth: number, options: object, inspect: Inspect): string {
      const { type, extractable, algorithm, usages } = this;
      return described('CryptoKey', { type, extractable, algorithm, usages }, depth, options, inspect);
    }
  }
  finishInterface(CryptoKey, ['type', 'extractable', 'algorithm', 'usages']);

  function bytesOf(value: unknown, method: string, position: string): Uint8Array<ArrayBuffer> {
    const bytes = viewedBytes(value);
    if (bytes) return bytes.slice();
    throw invalidArgument(
      `Failed to execute '${method}' on 'SubtleCrypto': ${position} argument is not instance of ArrayBuffer, Buffer, TypedArray, or DataView.`,
    );
  }

  function demand(count: number, wanted: number, method: string): void {
    if (count >= wanted) return;
    throw codedError(
      TypeError,
      'ERR_MISSING_ARGS',
      `Failed to execute '${method}' on 'SubtleCrypto': ${wanted} arguments required, but only ${count} present.`,
    );
  }

  const nameOf = (algorithm: unknown): string =>
    `${(typeof algorithm === 'object' && algorithm !== null ? (algorithm as { name: unknown }).name : algorithm) as string}`.toUpperCase();

  function hashNamed(algorithm: unknown): string {
    const name = nameOf(algorithm);
    if (!HASHES.includes(name)) throw refused('NotSupportedError', 'Unrecognized algorithm name');
    return name;
  }
  const noble = (name: string): NobleHash => digestNamed(name)!.hash;

  /** The hash of an HMAC's parameters; refuses every other algorithm. */
  function hmacHash(algorithm: unknown, dictionary: string): string {
    if (nameOf(algorithm) !== 'HMAC') throw notHere(`${nameOf(algorithm)} keys`);
    const { hash } = algorithm as { hash?: unknown };
    if (hash === undefined)
      throw codedError(
        TypeError,
        'ERR_MISSING_OPTION',
        `Failed to normalize algorithm: passed algorithm cannot be converted to '${dictionary}' because 'hash' is required in '${dictionary}'.`,
      );
    return hashNamed(hash);
  }

  function notHere(what: string): unknown {
    return refused(
      'NotSupportedError',
      `The simulated Node has no ${what}: ciphers and signatures come with the chapter on TLS`,
    );
  }

  function keyOf(
    bytes: Uint8Array<ArrayBuffer>,
    hash: string,
    isExtractable: unknown,
    usages: unknown,
  ): CryptoKey {
    const wanted = [...(usages as Iterable<string>)];
    if (!wanted.every(isUsage)) throw refused('SyntaxError', 'Unsupported key usage for HMAC key');
    if (wanted.length === 0)
      throw refused('SyntaxError', 'Usages cannot be empty when importing a secret key.');
    const algorithm: HmacAlgorithm = { name: 'HMAC', length: bytes.length * 8, hash: { name: hash } };
    const key = new CryptoKey(MAKING, algorithm, !!isExtractable, wanted);
    secrets.set(key, bytes);
    return key;
  }

  function mac(key: unknown, usage: 'sign' | 'verify', data: Uint8Array): Uint8Array {
    if (!(key instanceof CryptoKey))
      throw invalidArgument(
        `Failed to execute '${usage}' on 'SubtleCrypto': 2nd argument is not of type CryptoKey.`,
      );
    if (!key.usages.includes(usage))
      throw refused('InvalidAccessError', `Unable to use this key to ${usage}`);
    return hmac(noble(key.algorithm.hash.name) as never, secrets.get(key)!, data);
  }

  class SubtleCrypto {
    constructor(making?: symbol) {
      if (making !== MAKING) throw illegalConstructor();
    }
    async digest(algorithm: unknown, data: unknown): Promise<ArrayBuffer> {
      demand(arguments.length, 2, 'digest');
      const bytes = bytesOf(data, 'digest', '2nd');
      const hash = noble(hashNamed(algorithm)) as (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;
      return later(node, () => hash(bytes).slice().buffer);
    }
    async importKey(
      format: unknown,
      data: unknown,
      algorithm: unknown,
      isExtractable: unknown,
      usages: unknown,
    ): Promise<CryptoKey> {
      demand(arguments.length, 5, 'importKey');
      if (format === 'jwk') throw notHere('keys in JWK');
      const bytes = bytesOf(data, 'importKey', '2nd');
      const hash = hmacHash(algorithm, 'HmacImportParams');
      if (format !== 'raw' && format !== 'raw-secret')
        throw refused('NotSupportedError', `Unable to import HMAC key using ${format} format`);
      return keyOf(bytes, hash, isExtractable, usages);
    }
    generateKey(
      algorithm: webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams,
      isExtractable: unknown,
      usages: unknown,
    ): Promise<never>;
    generateKey(algorithm: unknown, isExtractable: unknown, usages: unknown): Promise<CryptoKey>;
    async generateKey(algorithm: unknown, isExtractable: unknown, usages: unknown): Promise<CryptoKey> {
      demand(arguments.length, 3, 'generateKey');
      const hash = hmacHash(algorithm, 'HmacKeyGenParams');
      const { length } = algorithm as { length?: number };
      const count = length === undefined ? BLOCKS[hash]! : Math.ceil(length / 8);
      return later(node, () => keyOf(randomBytes(node, count), hash, isExtractable, usages));
    }
    exportKey(format: 'jwk', key: unknown): Promise<never>;
    exportKey(format: unknown, key: unknown): Promise<ArrayBuffer>;
    async exportKey(format: unknown, key: unknown): Promise<ArrayBuffer> {
      demand(arguments.length, 2, 'exportKey');
      if (!(key instanceof CryptoKey) || !key.extractable)
        throw refused('InvalidAccessError', 'key is not extractable');
      if (format !== 'raw' && format !== 'raw-secret') throw notHere(`keys in ${format as string}`);
      return secrets.get(key)!.slice().buffer;
    }
    async sign(_algorithm: unknown, key: unknown, data: unknown): Promise<ArrayBuffer> {
      demand(arguments.length, 3, 'sign');
      const bytes = bytesOf(data, 'sign', '3rd');
      const made = mac(key, 'sign', bytes);
      return later(node, () => new Uint8Array(made).buffer);
    }
    async verify(_algorithm: unknown, key: unknown, signature: unknown, data: unknown): Promise<boolean> {
      demand(arguments.length, 4, 'verify');
      const given = bytesOf(signature, 'verify', '3rd');
      const made = mac(key, 'verify', bytesOf(data, 'verify', '4th'));
      return later(node, () => given.length === made.length && given.every((byte, i) => byte === made[i]));
    }
    async encrypt(): Promise<never> {
      throw notHere('crypto.subtle.encrypt');
    }
    async decrypt(): Promise<never> {
      throw notHere('crypto.subtle.decrypt');
    }
    async deriveBits(): Promise<never> {
      throw notHere('crypto.subtle.deriveBits');
    }
    async deriveKey(): Promise<never> {
      throw notHere('crypto.subtle.deriveKey');
    }
    async wrapKey(): Promise<never> {
      throw notHere('crypto.subtle.wrapKey');
    }
    async unwrapKey(): Promise<never> {
      throw notHere('crypto.subtle.unwrapKey');
    }
    async getPublicKey(): Promise<never> {
      throw notHere('crypto.subtle.getPublicKey');
    }
    async encapsulateBits(): Promise<never> {
      throw notHere('crypto.subtle.encapsulateBits');
    }
    async encapsulateKey(): Promise<never> {
      throw notHere('crypto.subtle.encapsulateKey');
    }
    async decapsulateBits(): Promise<never> {
      throw notHere('crypto.subtle.decapsulateBits');
    }
    async decapsulateKey(): Promise<never> {
      throw notHere('crypto.subtle.decapsulateKey');
    }
  }
  finishInterface(SubtleCrypto, [
    ...['digest', 'importKey', 'generateKey', 'exportKey', 'sign', 'verify', 'encrypt', 'decrypt'],
    ...['deriveBits', 'deriveKey', 'wrapKey', 'unwrapKey', 'getPublicKey', 'encapsulateBits'],
    ...['encapsulateKey', 'decapsulateBits', 'decapsulateKey'],
  ]);
  const subtle = new SubtleCrypto(MAKING);

  function getRandomValues<T>(array: T): T {
    if (arguments.length === 0) throw missingArguments('array');
    const bytes = viewedBytes(array);
    if (!bytes || !INTEGERS.test(Object.prototype.toString.call(array)))
      throw refused('TypeMismatchError', 'The data argument must be an integer-type TypedArray');
    if (bytes.length > MAX_RANDOM)
      throw new QuotaExceededError('The requested length exceeds 65,536 bytes', {
        quota: MAX_RANDOM,
        requested: bytes.length,
      });
    fillRandom(node, bytes);
    return array;
  }

  function randomUUID(options?: { disableEntropyCache?: unknown }): UUID {
    checkUuidOptions(options);
    return randomUuid(node);
  }

  class Crypto {
    constructor(making?: symbol) {
      if (making !== MAKING) throw illegalConstructor();
    }
    get subtle(): SubtleCrypto {
      return subtle;
    }
    getRandomValues<T>(array: T): T {
      return getRandomValues(array);
    }
    randomUUID(options?: { disableEntropyCache?: unknown }): UUID {
      return randomUUID(options);
    }
  }
  finishInterface(Crypto, ['subtle', 'getRandomValues', 'randomUUID']);

  return { crypto: new Crypto(MAKING), Crypto, SubtleCrypto, CryptoKey };
}

/** The options of `randomUUID` and `randomUUIDv7`, which change nothing here. */
export function checkUuidOptions(options: unknown): void {
  if (options === undefined) return;
  if (options === null || typeof options !== 'object') throw invalidType('options', 'object', options);
  const { disableEntropyCache = false } = options as { disableEntropyCache?: unknown };
  if (typeof disableEntropyCache !== 'boolean')
    throw invalidType('options.disableEntropyCache', 'boolean', disableEntropyCache);
}
