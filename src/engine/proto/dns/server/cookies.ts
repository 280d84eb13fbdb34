/**
 * What a server does about cookies: who brings its cookie back really has the address that its queries come from.
 *
 * RFC 7873 §5.2 (the five cases), §5.4 (queries for a cookie alone). How a cookie is made and how long it counts is
 * wire/dns/server-cookie.ts's. Not here: when secrets change (RFC 9018 §5), whoever makes the policy does that.
 */
import type { Bytes } from '../../../base/bytes.ts';
import type { Ip } from '../../../base/ip.ts';
import { OPTION } from '../../../wire/dns/code.ts';
import { cookieOption, type EdnsOption, findOption, readCookie } from '../../../wire/dns/edns.ts';
import { type DnsMessage, ednsOf } from '../../../wire/dns/message.ts';
import { checkServerCookie, makeServerCookie } from '../../../wire/dns/server-cookie.ts';

export interface CookiePolicy {
  /** Sixteen bytes each, that nobody else knows. The first one makes cookies, the others still count. */
  readonly secrets: readonly [Bytes, ...Bytes[]];
  /** Over UDP, clients that know cookies are answered BADCOOKIE until they bring one of ours. Others are answered as ever. */
  readonly required?: boolean;
}

/** The cookie of a query. */
export interface CookieCheck {
  readonly isGood: boolean;
  /** The client sent a server cookie, good or bad. */
  readonly isReturned: boolean;
  readonly reason: string;
  /** What the response carries (RFC 7873 §5.2.3 to §5.2.5). */
  readonly option: EdnsOption;
}

/** Undefined when the query has none. `seconds` since 1970. Throws {@link Malformed} for lengths that RFC 7873 §5.2.2 forbids. */
export function checkCookie(
  query: DnsMessage,
  client: Ip,
  seconds: number,
  { secrets }: CookiePolicy,
): CookieCheck | undefined {
  const data = findOption(ednsOf(query)?.options, OPTION.COOKIE);
  if (!data) return undefined;
  const cookie = readCookie(data);
  const verdict = checkServerCookie(cookie, client, seconds, secrets);
  const server =
    verdict.good && !verdict.renew
      ? cookie.server!
      : makeServerCookie(cookie.client, client, seconds, secrets[0]);
  return {
    isGood: verdict.good,
    isReturned: cookie.server !== undefined,
    reason: verdict.reason,
    option: cookieOption(cookie.client, server),
  };
}
