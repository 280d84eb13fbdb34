/**
 * Record data in presentation form, as BIND's dig prints it in one line: long digests, keys and signatures in words of
 * 56 characters, hexadecimal in upper case (RFC 1035 §5.1, RFC 3597 §5, RFC 4034, RFC 5155, RFC 8659, RFC 9460).
 */
import { formatIp4 } from '../../base/address.ts';
import { toBase32Hex, toBase64 } from '../../base/base64.ts';
import { type Bytes, toHex } from '../../base/bytes.ts';
import { formatIp6 } from '../../base/ip6.ts';
import { quoteString } from './character-string.ts';
import { TYPE, typeName } from './code.ts';
import { optionText } from './edns.ts';
import type { DnsRecord, Nsec3Param, Rrsig, Soa, Svcb } from './message.ts';
import { svcParamText } from './svcb.ts';
import { formatTimestamp } from './timestamp.ts';

/** The data of a record: `192.0.2.80`, `10 mail.chaicart.example.`. */
export function dataText(record: DnsRecord): string {
  switch (record.type) {
    case TYPE.A:
      return formatIp4(record.data);
    case TYPE.AAAA:
      return formatIp6(record.data);
    case TYPE.NS:
    case TYPE.CNAME:
    case TYPE.PTR:
    case TYPE.DNAME:
      return record.data;
    case TYPE.MX:
      return `${record.data.preference} ${record.data.exchange}`;
    case TYPE.SOA:
      return soaText(record.data);
    case TYPE.TXT:
      return record.data.map(quoteString).join(' ');
    case TYPE.HINFO:
      return `${quoteString(record.data.cpu)} ${quoteString(record.data.os)}`;
    case TYPE.SRV: {
      const { priority, weight, port, target } = record.data;
      return `${priority} ${weight} ${port} ${target}`;
    }
    case TYPE.CAA:
      return `${record.data.flags} ${record.data.tag} ${quoteString(record.data.value)}`;
    case TYPE.SVCB:
    case TYPE.HTTPS:
      return svcbText(record.data);
    case TYPE.OPT:
      return record.data.map(optionText).join(', ');
    case TYPE.DS: {
      const { keyTag, algorithm, digestType, digest } = record.data;
      return `${keyTag} ${algorithm} ${digestType} ${hexWords(digest)}`.trimEnd();
    }
    case TYPE.DNSKEY: {
      const { flags, protocol, algorithm, publicKey } = record.data;
      return `${flags} ${protocol} ${algorithm} ${base64Words(publicKey)}`.trimEnd();
    }
    case TYPE.RRSIG:
      return rrsigText(record.data);
    case TYPE.NSEC:
      return [record.data.next, ...record.data.types.map(typeName)].join(' ');
    case TYPE.NSEC3: {
      const { nextHashed, types } = record.data;
      return [hashingText(record.data), toBase32Hex(nextHashed), ...types.map(typeName)].join(' ');
    }
    case TYPE.NSEC3PARAM:
      return hashingText(record.data);
    default:
      return opaqueText(record.data);
  }
}

/** `\# 3 010203` (RFC 3597 §5). */
export function opaqueText(bytes: Bytes): string {
  return `\\# ${bytes.length} ${hexWords(bytes)}`.trimEnd();
}

function soaText({ mname, rname, serial, refresh, retry, expire, minimum }: Soa): string {
  return `${mname} ${rname} ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
}

function svcbText({ priority, target, params }: Svcb): string {
  return [priority, target, ...params.map(svcParamText)].join(' ');
}

function rrsigText(signature: Rrsig): string {
  const { typeCovered, algorithm, labels, originalTtl, expiration, inception, keyTag, signer } = signature;
  return [
    typeName(typeCovered),
    algorithm,
    labels,
    originalTtl,
    formatTimestamp(expiration),
    formatTimestamp(inception),
    keyTag,
    signer,
    base64Words(signature.signature),
  ]
    .join(' ')
    .trimEnd();
}

/** An empty salt is a hyphen (RFC 5155 §3.3). */
function hashingText({ algorithm, flags, iterations, salt }: Nsec3Param): string {
  return `${algorithm} ${flags} ${iterations} ${salt.length === 0 ? '-' : toHex(salt).toUpperCase()}`;
}

const WORD = 56;

function hexWords(bytes: Bytes): string {
  return inWords(toHex(bytes).toUpperCase());
}

function base64Words(bytes: Bytes): string {
  return inWords(toBase64(bytes));
}

function inWords(text: string): string {
  return text.replace(new RegExp(`.{${WORD}}(?=.)`, 'g'), '$& ');
}
