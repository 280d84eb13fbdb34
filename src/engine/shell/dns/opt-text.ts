/**
 * The OPT record of a message as dig's pseudosection: version, flags, size, and each option by what it means (RFC 6891,
 * 5001, 7314, 7828, 7830, 7871, 7873, 8145, 8914).
 */
import { type Bytes, readU16, readU32, toHex } from '../../base/bytes.ts';
import { formatIp6 } from '../../base/ip6.ts';
import { extendedErrorName, TYPE } from '../../wire/dns/code.ts';
import type { DnsMessage, EdnsOption } from '../../wire/dns/message.ts';
import { spanText } from './rdata-style.ts';

/** Whether a cookie is the right one: what dig says behind it. */
export type CookieVerdict = 'good' | 'bad' | 'echoed';

const CODE = {
  LLQ: 1,
  UPDATE_LEASE: 2,
  NSID: 3,
  DAU: 5,
  DHU: 6,
  N3U: 7,
  CLIENT_SUBNET: 8,
  EXPIRE: 9,
  COOKIE: 10,
  TCP_KEEPALIVE: 11,
  PAD: 12,
  KEY_TAG: 14,
  EDE: 15,
  CLIENT_TAG: 16,
  SERVER_TAG: 17,
} as const;
const NAMES: Readonly<Record<number, string>> = {
  [CODE.LLQ]: 'LLQ',
  [CODE.UPDATE_LEASE]: 'UPDATE-LEASE',
  [CODE.NSID]: 'NSID',
  [CODE.DAU]: 'DAU',
  [CODE.DHU]: 'DHU',
  [CODE.N3U]: 'N3U',
  [CODE.CLIENT_SUBNET]: 'CLIENT-SUBNET',
  [CODE.EXPIRE]: 'EXPIRE',
  [CODE.COOKIE]: 'COOKIE',
  [CODE.TCP_KEEPALIVE]: 'TCP KEEPALIVE',
  [CODE.PAD]: 'PAD',
  [CODE.KEY_TAG]: 'KEY-TAG',
  [CODE.EDE]: 'EDE',
  [CODE.CLIENT_TAG]: 'CLIENT-TAG',
  [CODE.SERVER_TAG]: 'SERVER-TAG',
};

/** dig 9.18 knows the names up to this one (RFC 8914 §4); those that came later it shows as numbers. */
const LAST_NAMED_ERROR = 24;

/** Empty for a message without OPT. `verdict` tells of the response's cookie. */
export function optText(message: DnsMessage, verdict?: CookieVerdict): string {
  const opt = message.additionals.find(({ type }) => type === TYPE.OPT);
  if (opt?.type !== TYPE.OPT) return '';
  const { ttl, class: size, data } = opt;
  const flags = `${ttl & 0x8000 ? ' do' : ''}${ttl & 0x4000 ? ' co' : ''}`;
  const unknown = ttl & 0x3fff;
  const rest = unknown === 0 ? ';' : `; MBZ: 0x${unknown.toString(16).padStart(4, '0')},`;
  const lines = data.map((option) => `; ${optionLine(option, verdict)}\n`);
  return `;; OPT PSEUDOSECTION:\n; EDNS: version: ${(ttl >>> 16) & 255}, flags:${flags}${rest} udp: ${size}\n${lines.join('')}`;
}

function optionLine({ code, data }: EdnsOption, verdict: CookieVerdict | undefined): string {
  const name = `${NAMES[code] ?? `OPT=${code}`}:`;
  const said = meaning(code, data, verdict);
  if (said !== undefined) return `${name} ${said}`;
  if (data.length === 0) return name;
  return `${name} ${toHex(data, ' ')} ("${printable(data)}")`;
}

/** Undefined for options that are shown as bytes. */
function meaning(code: number, data: Bytes, verdict: CookieVerdict | undefined): string | undefined {
  switch (code) {
    case CODE.COOKIE:
      return `${toHex(data)}${verdict === undefined ? '' : ` (${verdict})`}`;
    case CODE.CLIENT_SUBNET:
      return data.length >= 4 ? subnetText(data) : undefined;
    case CODE.EXPIRE:
      return data.length === 4 ? `${readU32(data, 0)} (${spanText(readU32(data, 0))})` : undefined;
    case CODE.TCP_KEEPALIVE:
      return data.length === 2
        ? `${Math.floor(readU16(data, 0) / 10)}.${readU16(data, 0) % 10} secs`
        : undefined;
    case CODE.PAD:
      return data.length > 0 ? `(${data.length} bytes)` : undefined;
    case CODE.KEY_TAG:
      return data.length > 0 && data.length % 2 === 0
        ? Array.from({ length: data.length / 2 }, (_, i) => readU16(data, 2 * i)).join(', ')
        : undefined;
    case CODE.EDE: {
      if (data.length < 2) return undefined;
      const info = readU16(data, 0);
      const known = info > LAST_NAMED_ERROR ? undefined : extendedErrorName(info);
      const extra = data.length > 2 ? `: (${printable(data.subarray(2))})` : '';
      return `${info}${known === undefined ? '' : ` (${known})`}${extra}`;
    }
    case CODE.CLIENT_TAG:
    case CODE.SERVER_TAG:
      return data.length === 2 ? String(readU16(data, 0)) : undefined;
    default:
      return undefined;
  }
}

/** RFC 7871 §6: family, source and scope prefix length, as many bytes of the address as the former needs. */
function subnetText(data: Bytes): string | undefined {
  const family = readU16(data, 0);
  const [source, scope] = [data[2]!, data[3]!];
  const size = family === 1 ? 4 : 16;
  if ((family !== 1 && family !== 2) || data.length - 4 > size) return undefined;
  const address = new Uint8Array(size);
  address.set(data.subarray(4));
  return `${family === 1 ? address.join('.') : formatIp6(address)}/${source}/${scope}`;
}

function printable(bytes: Bytes): string {
  return [...bytes].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
}
