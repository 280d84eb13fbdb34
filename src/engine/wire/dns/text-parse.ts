/**
 * Record data from its presentation form, for each type (RFC 1035 §5.1, RFC 2782, RFC 3597 §5, RFC 4034, RFC 5155, RFC 8659
 * §4.1.1, RFC 9460 §2.1). Strict: what is wrong is said with what was expected, and at which word.
 */
import { parseIp4 } from '../../base/address.ts';
import { fromBase32Hex, fromBase64 } from '../../base/base64.ts';
import type { Bytes } from '../../base/bytes.ts';
import { Malformed } from '../../base/errors.ts';
import { parseIp6 } from '../../base/ip6.ts';
import { isMetaType, parseAlgorithm, parseDigestType, parseType, TYPE, typeName } from './code.ts';
import { decodeData } from './fast-read.ts';
import type { Caa, Dnskey, DnsRecord, Ds, Nsec3Param, Rrsig, Soa, Svcb, SvcParam } from './message.ts';
import { labelCount, MAX_LABEL } from './name.ts';
import { isCaaTag } from './rdata-classic.ts';
import { parseSvcParam, svcbFault } from './svcb.ts';
import { BadWord, parseHex, type Word, WordReader } from './text-words.ts';
import { parseTimestamp } from './timestamp.ts';

const U8 = 0xff;
const U16 = 0xffff;
const U32 = 0xffff_ffff;

/**
 * The data of a record of this type from the words behind its type; names that do not end in a dot are completed with
 * `origin`, and refused without one. Throws {@link BadWord}.
 */
export function parseRdata(type: number, words: readonly Word[], origin?: string): DnsRecord['data'] {
  if (isMetaType(type)) throw new BadWord(`${typeName(type)} is no type of stored data`, 0);
  const reader = new WordReader(words, origin);
  const generic = reader.generic();
  if (generic) return decodeGeneric(type, generic);
  const data = parseKnown(type, reader);
  reader.end();
  return data;
}

function decodeGeneric(type: number, bytes: Bytes): DnsRecord['data'] {
  try {
    return decodeData(type, bytes);
  } catch (error) {
    if (error instanceof Malformed)
      throw new BadWord(`these bytes are no data of type ${typeName(type)}: ${error.message}`, 2);
    throw error;
  }
}

function parseKnown(type: number, words: WordReader): DnsRecord['data'] {
  switch (type) {
    case TYPE.A:
      return words.plain('an IPv4 address', parseIp4);
    case TYPE.AAAA:
      return words.plain('an IPv6 address', parseIp6);
    case TYPE.NS:
    case TYPE.CNAME:
    case TYPE.PTR:
    case TYPE.DNAME:
      return words.name('a name');
    case TYPE.MX: {
      const preference = words.number('a preference', U16);
      return { preference, exchange: words.name('the name of a host') };
    }
    case TYPE.SOA:
      return parseSoa(words);
    case TYPE.TXT: {
      const strings = [words.string('a text')];
      while (words.left > 0) strings.push(words.string('a text'));
      return strings;
    }
    case TYPE.HINFO: {
      const cpu = words.string('a kind of processor');
      return { cpu, os: words.string('an operating system') };
    }
    case TYPE.SRV: {
      const priority = words.number('a priority', U16);
      const weight = words.number('a weight', U16);
      const port = words.number('a port', U16);
      return { priority, weight, port, target: words.name('the name of a host') };
    }
    case TYPE.CAA:
      return parseCaa(words);
    case TYPE.SVCB:
    case TYPE.HTTPS:
      return parseSvcb(words);
    case TYPE.DS:
      return parseDs(words);
    case TYPE.DNSKEY:
      return parseKey(words);
    case TYPE.RRSIG:
      return parseSignature(words);
    case TYPE.NSEC: {
      const next = words.name('the next name');
      // There is at least the NSEC itself (RFC 4035 §2.3); an NSEC3 may stand for a name without any type
      const first = words.plain('a record type', parseType);
      return { next, types: parseTypes(words, first) };
    }
    case TYPE.NSEC3: {
      const hashing = parseHashing(words);
      const nextHashed = words.plain('a hash in base32hex', (text) => {
        const bytes = fromBase32Hex(text);
        // It is the first label of the name that owns the record (RFC 5155 §3)
        if (text.length > MAX_LABEL) throw new Malformed(`${text.length} characters do not fit a label`);
        if (hashing.algorithm === 1 && bytes.length !== 20)
          throw new Malformed(`a SHA-1 hash has 20 bytes, not ${bytes.length}`);
        return bytes;
      });
      return { ...hashing, nextHashed, types: parseTypes(words) };
    }
    case TYPE.NSEC3PARAM:
      return parseHashing(words);
    default:
      throw new BadWord(
        `the data of a type that is not known here is written \\# LENGTH HEX (RFC 3597 §5), as is ${typeName(type)}`,
        0,
      );
  }
}

function parseSoa(words: WordReader): Soa {
  return {
    mname: words.name('the name of the primary server'),
    rname: words.name('the mailbox of who is responsible, its @ written as a dot'),
    serial: words.number('a serial number', U32),
    refresh: words.number('the refresh time in seconds', U32),
    retry: words.number('the retry time in seconds', U32),
    expire: words.number('the expire time in seconds', U32),
    minimum: words.number('the time for negative answers in seconds', U32),
  };
}

function parseCaa(words: WordReader): Caa {
  const flags = words.number('flags', U8);
  const tag = words.plain('a tag like issue, issuewild or iodef', (text) => {
    if (!isCaaTag(text)) throw new Malformed(`a tag is letters and digits, not ${text.slice(0, 40)}`);
    return text;
  });
  return { flags, tag, value: words.string('a value', U16) };
}

function parseSvcb(words: WordReader): Svcb {
  const priority = words.number('a priority', U16);
  const target = words.name('the name of a host, or a single dot');
  const params: SvcParam[] = [];
  while (words.left > 0) params.push(words.param('a parameter like alpn="h2,h3"', parseSvcParam));
  params.sort((a, b) => a.key - b.key); // any order in text, one on the wire (RFC 9460 §2.1)
  const data: Svcb = { priority, target, params };
  const fault = svcbFault(data);
  if (fault) throw new BadWord(fault, params.length > 0 ? 2 : 1);
  return data;
}

/** Bytes of a digest by its type; others may have any length (RFC 4034 appendix A.2, RFC 4509, RFC 5933, RFC 6605). */
const DIGEST_LENGTH: Readonly<Record<number, number>> = { 1: 20, 2: 32, 3: 32, 4: 48 };

function parseDs(words: WordReader): Ds {
  const keyTag = words.number('a key tag', U16);
  const algorithm = words.plain('an algorithm', parseAlgorithm);
  const digestType = words.plain('a digest type', parseDigestType);
  const digest = words.rest('a digest in hexadecimal', (text) => {
    const bytes = parseHex(text);
    const length = DIGEST_LENGTH[digestType] ?? bytes.length;
    if (bytes.length !== length) throw new Malformed(`${bytes.length} bytes, not ${length}`);
    return bytes;
  });
  return { keyTag, algorithm, digestType, digest };
}

function parseKey(words: WordReader): Dnskey {
  const flags = words.number('flags', U16);
  const protocol = words.number('a protocol (always 3)', U8);
  const algorithm = words.plain('an algorithm', parseAlgorithm);
  return { flags, protocol, algorithm, publicKey: words.rest('a key in base64', fromBase64) };
}

function parseSignature(words: WordReader): Rrsig {
  const head = {
    typeCovered: words.plain('a record type', parseType),
    algorithm: words.plain('an algorithm', parseAlgorithm),
    labels: words.number('a number of labels', U8),
    originalTtl: words.number('the original TTL', U32),
    expiration: words.plain('when it expires', parseTimestamp),
    inception: words.plain('when it begins to count', parseTimestamp),
    keyTag: words.number('a key tag', U16),
  };
  const signer = words.name('the name of the zone that signed');
  // The zone that signed holds the owner, a wildcard’s asterisk not counted (RFC 4034 §3.1.3, §3.1.7)
  if (labelCount(signer) > head.labels)
    throw new BadWord(`${signer} has more labels than the ${head.labels} of the signed name`, 7);
  return { ...head, signer, signature: words.rest('a signature in base64', fromBase64) };
}

function parseHashing(words: WordReader): Nsec3Param {
  return {
    algorithm: words.number('a hash algorithm', U8),
    flags: words.number('flags', U8),
    iterations: words.number('a number of iterations', U16),
    salt: words.plain('a salt in hexadecimal, or a hyphen for none', (text) => {
      const bytes = text === '-' ? new Uint8Array(0) : parseHex(text);
      if (bytes.length > U8) throw new Malformed(`${bytes.length} bytes, at most 255`);
      return bytes;
    }),
  };
}

function parseTypes(words: WordReader, ...before: readonly number[]): number[] {
  const types = new Set<number>(before);
  while (words.left > 0) types.add(words.plain('a record type', parseType));
  return [...types].sort((a, b) => a - b);
}
