/**
 * The hash functions of OpenSSL that are there, by all the names that Node knows them by.
 *
 * Not here: SM3, MD5-SHA1 and the KMACs, which @noble/hashes does not have as OpenSSL has them.
 */
import { blake2b, blake2s } from '@noble/hashes/blake2.js';
import { md5, ripemd160, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512, sha512_224, sha512_256 } from '@noble/hashes/sha2.js';
import {
  keccak_224,
  keccak_256,
  keccak_384,
  keccak_512,
  sha3_224,
  sha3_256,
  sha3_384,
  sha3_512,
  shake128,
  shake256,
} from '@noble/hashes/sha3.js';

/** A hash that is being computed. */
export interface Hashing {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
  clone(): Hashing;
}

/** What @noble/hashes gives of a hash function. */
export type NobleHash = typeof sha256 | typeof sha1 | typeof shake128;

export interface Digest {
  readonly hash: NobleHash;
  /** Bytes of the result, where nobody asks for another length. */
  readonly length: number;
  /** Any length may be asked for (an extendable-output function). */
  readonly isExtendable: boolean;
  create(length?: number): Hashing;
}

const NAMED: readonly (readonly [hash: unknown, names: string])[] = [
  [md5, 'md5 rsa-md5 md5withrsaencryption ssl3-md5'],
  [sha1, 'sha1 sha-1 rsa-sha1 rsa-sha1-2 sha1withrsaencryption ssl3-sha1'],
  [ripemd160, 'ripemd160 ripemd ripemd-160 rmd160 rsa-ripemd160 ripemd160withrsa'],
  [sha224, 'sha224 sha-224 sha2-224 rsa-sha224 sha224withrsaencryption'],
  [sha256, 'sha256 sha-256 sha2-256 rsa-sha256 sha256withrsaencryption'],
  [sha384, 'sha384 sha-384 sha2-384 rsa-sha384 sha384withrsaencryption'],
  [sha512, 'sha512 sha-512 sha2-512 rsa-sha512 sha512withrsaencryption'],
  [sha512_224, 'sha512-224 sha-512/224 sha2-512/224 rsa-sha512/224 sha512-224withrsaencryption'],
  [sha512_256, 'sha512-256 sha-512/256 sha2-512/256 rsa-sha512/256 sha512-256withrsaencryption'],
  [sha3_224, 'sha3-224 rsa-sha3-224 id-rsassa-pkcs1-v1_5-with-sha3-224'],
  [sha3_256, 'sha3-256 rsa-sha3-256 id-rsassa-pkcs1-v1_5-with-sha3-256'],
  [sha3_384, 'sha3-384 rsa-sha3-384 id-rsassa-pkcs1-v1_5-with-sha3-384'],
  [sha3_512, 'sha3-512 rsa-sha3-512 id-rsassa-pkcs1-v1_5-with-sha3-512'],
  [keccak_224, 'keccak-224'],
  [keccak_256, 'keccak-256'],
  [keccak_384, 'keccak-384'],
  [keccak_512, 'keccak-512'],
  [shake128, 'shake128 shake-128'],
  [shake256, 'shake256 shake-256'],
  [blake2b, 'blake2b512 blake2b-512'],
  [blake2s, 'blake2s256 blake2s-256'],
];

interface Creator {
  readonly outputLen: number;
  create(options?: { dkLen?: number }): Hashing;
}

const BY_NAME = new Map<string, Digest>(
  NAMED.flatMap(([hash, names]) => {
    const creator = hash as Creator;
    const isExtendable = hash === shake128 || hash === shake256;
    const digest: Digest = {
      hash: hash as NobleHash,
      length: creator.outputLen,
      isExtendable,
      create: (length) => creator.create(length !== undefined && isExtendable ? { dkLen: length } : {}),
    };
    return names.split(' ').map((name) => [name, digest] as const);
  }),
);

/** In any case; undefined for what is not there. */
export function digestNamed(name: string): Digest | undefined {
  return BY_NAME.get(name.toLowerCase());
}

export function digestNames(): string[] {
  return [...BY_NAME.keys()].sort();
}
