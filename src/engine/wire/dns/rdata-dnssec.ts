/**
 * Record data of DNSSEC, as records to read: DS, DNSKEY, RRSIG, NSEC (RFC 4034), NSEC3, NSEC3PARAM (RFC 5155): values and
 * declarations.
 *
 * Not here: signing and validation. Keys, digests and signatures are bytes.
 */
import type { Bytes } from '../../base/bytes.ts';
import { toHex } from '../../base/bytes.ts';
import { bytes, prefixed, struct, u8, u16, u32 } from '../codec.ts';
import { algorithmName, digestName, typeName } from './code.ts';
import { domainName } from './name.ts';
import { formatTimestamp } from './timestamp.ts';
import { typeBitmap } from './type-bitmap.ts';

/** RFC 4034 §5.1: the digest of a key of the zone below. */
export interface Ds {
  readonly keyTag: number;
  readonly algorithm: number;
  readonly digestType: number;
  readonly digest: Bytes;
}

/** RFC 4034 §2.1. */
export interface Dnskey {
  readonly flags: number;
  readonly protocol: number;
  readonly algorithm: number;
  readonly publicKey: Bytes;
}

/** RFC 4034 §3.1. */
export interface Rrsig {
  readonly typeCovered: number;
  readonly algorithm: number;
  readonly labels: number;
  readonly originalTtl: number;
  /** Seconds since 1970, modulo 2^32 (§3.1.5). */
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  readonly signer: string;
  readonly signature: Bytes;
}

/** RFC 4034 §4.1. */
export interface Nsec {
  readonly next: string;
  /** Ascending. */
  readonly types: readonly number[];
}

/** RFC 5155 §3.2. */
export interface Nsec3 {
  readonly algorithm: number;
  readonly flags: number;
  readonly iterations: number;
  readonly salt: Bytes;
  readonly nextHashed: Bytes;
  /** Ascending. */
  readonly types: readonly number[];
}

/** RFC 5155 §4.2. */
export interface Nsec3Param {
  readonly algorithm: number;
  readonly flags: number;
  readonly iterations: number;
  readonly salt: Bytes;
}

const DS = 'RFC 4034 §5.1';
const KEY = 'RFC 4034 §2.1';
const SIG = 'RFC 4034 §3.1';
const HASHED = 'RFC 5155 §3.1';

export const ds = struct(
  'Delegation signer',
  DS,
  'The digest of a key of the zone below, which the zone above vouches for.',
  {
    keyTag: u16('Key tag', 'RFC 4034 §5.1.1', 'A short number that finds the key faster.'),
    algorithm: u8('Algorithm', 'RFC 4034 §5.1.2', 'What the key signs with.', algorithm),
    digestType: u8('Digest type', 'RFC 4034 §5.1.3', 'How the digest was made.', (value) =>
      withName(value, digestName(value)),
    ),
    digest: bytes('Digest', 'RFC 4034 §5.1.4', 'The digest of the owner name and the key.', undefined, hex),
  },
  (value) => `key ${value.keyTag}`,
);

export const dnskey = struct(
  'DNS key',
  KEY,
  'A public key with which signatures of this zone are verified.',
  {
    flags: u16('Flags', 'RFC 4034 §2.1.1', 'What the key is for.', (value) =>
      [
        `0x${value.toString(16).padStart(4, '0')}`,
        value & 0x100 ? 'zone key' : '',
        value & 1 ? 'entry point' : '',
      ]
        .filter((part) => part !== '')
        .join(', '),
    ),
    protocol: u8('Protocol', 'RFC 4034 §2.1.2', 'Always 3.'),
    algorithm: u8('Algorithm', 'RFC 4034 §2.1.3', 'What the key signs with.', algorithm),
    publicKey: bytes('Public key', 'RFC 4034 §2.1.4', 'The key itself.', undefined, hex),
  },
  (value) => `algorithm ${algorithm(value.algorithm)}`,
);

export const rrsig = struct(
  'Signature',
  SIG,
  'A signature over all records of one name and type.',
  {
    typeCovered: u16('Type covered', 'RFC 4034 §3.1.1', 'The type of the records that are signed.', (value) =>
      withName(value, typeName(value)),
    ),
    algorithm: u8('Algorithm', 'RFC 4034 §3.1.2', 'What it was signed with.', algorithm),
    labels: u8(
      'Labels',
      'RFC 4034 §3.1.3',
      'How many labels the owner had when it was signed: fewer for a wildcard.',
    ),
    originalTtl: u32('Original TTL', 'RFC 4034 §3.1.4', 'The TTL that was signed.', (value) => `${value} s`),
    expiration: u32(
      'Expiration',
      'RFC 4034 §3.1.5',
      'The signature does not count after this time.',
      formatTimestamp,
    ),
    inception: u32(
      'Inception',
      'RFC 4034 §3.1.5',
      'The signature does not count before this time.',
      formatTimestamp,
    ),
    keyTag: u16('Key tag', 'RFC 4034 §3.1.6', 'A short number that finds the key faster.'),
    signer: domainName('Signer', 'RFC 4034 §3.1.7', 'The zone whose key signed.', 'never'),
    signature: bytes('Signature', 'RFC 4034 §3.1.8', 'The signature itself.', undefined, hex),
  },
  (value) => `${typeName(value.typeCovered)} by ${value.signer}`,
);

export const nsec = struct(
  'Next secure',
  'RFC 4034 §4.1',
  'Proof of absence: between the owner and the next name there is nothing.',
  {
    next: domainName(
      'Next name',
      'RFC 4034 §4.1.1',
      'The name that follows in the order of the zone.',
      'never',
    ),
    types: typeBitmap('RFC 4034 §4.1.2'),
  },
  (value) => `next ${value.next}`,
);

const hashing = {
  algorithm: u8('Hash algorithm', `${HASHED}.1`, 'How names are hashed: 1 is SHA-1.'),
  flags: u8('Flags', `${HASHED}.2`, 'With 1 set, delegations that are not signed may lie in between.'),
  iterations: u16('Iterations', `${HASHED}.3`, 'How many more times the hash is taken.'),
  salt: prefixed(
    u8('Salt length', `${HASHED}.4`, 'How many bytes the salt has.'),
    bytes('Salt', `${HASHED}.5`, 'Bytes that are hashed with the name.', undefined, hex),
  ),
};

export const nsec3 = struct(
  'Next secure, hashed',
  'RFC 5155 §3.2',
  'Proof of absence by hashes, so that the names of the zone do not show.',
  {
    ...hashing,
    nextHashed: prefixed(
      u8('Hash length', `${HASHED}.6`, 'How many bytes the hash has.'),
      bytes(
        'Next hashed name',
        `${HASHED}.7`,
        'The hash that follows in the order of the zone.',
        undefined,
        hex,
      ),
    ),
    types: typeBitmap(`${HASHED}.8`),
  },
  (value) => `next ${toHex(value.nextHashed)}`,
);

export const nsec3param = struct(
  'NSEC3 parameters',
  'RFC 5155 §4.2',
  'How servers of this zone hash names.',
  hashing,
  (value) => `${value.iterations} iterations`,
);

function algorithm(value: number): string {
  return withName(value, algorithmName(value));
}

function withName(value: number, name: string | undefined): string {
  return name === undefined ? String(value) : `${name} (${value})`;
}

function hex(value: Bytes): string {
  return value.length > 32 ? `${toHex(value.subarray(0, 32))}…` : toHex(value);
}
