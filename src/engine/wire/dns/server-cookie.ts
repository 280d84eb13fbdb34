/**
 * Server cookies of version 1, which every server with the same secret makes alike (RFC 9018 §4): version, three reserved
 * bytes, a time, and a SipHash-2-4 over them with the client's cookie and address.
 *
 * Not here: what is done about a cookie that is missing or bad (RFC 7873 §5.2), and when secrets change (RFC 9018 §5).
 */
import { type Bytes, concatBytes, equalBytes, readU32, toHex, writeU32 } from '../../base/bytes.ts';
import { type Ip, ip6Bytes, isV4 } from '../../base/ip.ts';
import { sipHash24 } from '../../base/siphash.ts';
import type { Cookie } from './edns.ts';

/** Seconds for which a cookie counts, into the past and into the future; older than `RENEW` a new one is due (§4.3). */
const OLDEST = 3600;
const NEWEST = 300;
const RENEW = 1800;

/** The sixteen bytes of a server cookie. `seconds` is the time since 1970, `secret` has sixteen bytes. */
export function makeServerCookie(client: Bytes, address: Ip, seconds: number, secret: Bytes): Bytes {
  const head = new Uint8Array(8);
  head[0] = 1;
  writeU32(head, 4, seconds % 0x1_0000_0000);
  return concatBytes([head, hashOf(client, head, address, secret)]);
}

export type CookieVerdict =
  /** `renew` when it is older than half an hour, so that the answer should bring a new one. */
  | { readonly good: true; readonly renew: boolean; readonly reason: string }
  | { readonly good: false; readonly reason: string };

/** Whether one of these secrets made the cookie for this client, and lately. `reason` says it in plain words. */
export function checkServerCookie(
  { client, server }: Cookie,
  address: Ip,
  seconds: number,
  secrets: readonly Bytes[],
): CookieVerdict {
  if (!server) return { good: false, reason: 'the client has no server cookie yet' };
  // Only this length makes what is hashed unambiguous (§4.4)
  if (server.length !== 16 || server[0] !== 1)
    return { good: false, reason: `no cookie of version 1: ${server.length} bytes, version ${server[0]}` };
  const head = server.subarray(0, 8);
  const isOurs = secrets.some((secret) =>
    equalBytes(hashOf(client, head, address, secret), server.subarray(8)),
  );
  if (!isOurs)
    return { good: false, reason: `made by somebody else, or for another address: ${toHex(server)}` };
  const age = (seconds - readU32(server, 4)) | 0; // serial number arithmetic, RFC 1982
  if (age > OLDEST) return { good: false, reason: `${age} s old, more than ${OLDEST}` };
  if (age < -NEWEST) return { good: false, reason: `${-age} s in the future, more than ${NEWEST}` };
  return { good: true, renew: age > RENEW, reason: `ours, ${age} s old` };
}

function hashOf(client: Bytes, head: Bytes, address: Ip, secret: Bytes): Bytes {
  let ip: Bytes;
  if (isV4(address)) writeU32((ip = new Uint8Array(4)), 0, address);
  else ip = ip6Bytes(address);
  return sipHash24(secret, concatBytes([client, head, ip]));
}
