/**
 * The rules that decide, from a complete head, how long the body is, whether the connection persists and whom a
 * request is for; the defences against request smuggling are here.
 *
 * RFC 9112 §3.2, §3.3, §6, §9.3, §11.2; RFC 9110 §7.2, §8.6. Where RFC 9112 lets a recipient refuse or repair, this one
 * refuses: Transfer-Encoding beside Content-Length, or in HTTP/1.0. A list of equal numbers in Content-Length is repaired.
 * Of the transfer codings only chunked is known: a response in any other is refused, where §6.3 would read it until the
 * connection closes. Pure functions that throw {@link Fault}.
 */
import { Malformed, Misbehaved, Unsupported } from '../../base/errors.ts';
import { type Fields, listTokens } from '../../wire/http-fields.ts';
import { type BodyFrame, Fault, type TargetForm } from './event.ts';

const NO_BODY: BodyFrame = { framing: 'none', length: 0 };
const CHUNKED: BodyFrame = { framing: 'chunked', length: -1 };
const UNTIL_CLOSE: BodyFrame = { framing: 'close', length: -1 };

/** The body of a request (§6.3, rules 3 to 7). */
export function requestFrame(version: string, fields: Fields): BodyFrame {
  const coding = fields.get('Transfer-Encoding');
  if (coding === undefined) return lengthFrame(fields, 400) ?? NO_BODY;
  refuseAmbiguous(version, fields, 400);
  const codings = listTokens(coding);
  if (codings.at(-1) !== 'chunked')
    throw new Fault(new Malformed('chunked is not the final transfer coding'), 400);
  if (codings.length === 1) return CHUNKED;
  if (codings.indexOf('chunked') < codings.length - 1)
    throw new Fault(new Malformed('chunked is applied twice'), 400);
  throw new Fault(new Unsupported(`transfer coding ${codings[0]}`), 501);
}

/** The body of a response to `method` (§6.3, rules 1 to 6 and 8). */
export function responseFrame(method: string, status: number, version: string, fields: Fields): BodyFrame {
  if (method === 'HEAD' || hasNoContent(status)) return NO_BODY;
  if (method === 'CONNECT' && status >= 200 && status < 300) return { framing: 'tunnel', length: -1 };
  const coding = fields.get('Transfer-Encoding');
  if (coding === undefined) return lengthFrame(fields, 502) ?? UNTIL_CLOSE;
  refuseAmbiguous(version, fields, 502);
  const codings = listTokens(coding);
  if (codings.length === 1 && codings[0] === 'chunked') return CHUNKED;
  throw new Fault(new Unsupported(`transfer coding ${coding.slice(0, 60)}`), 502);
}

/** Statuses whose responses end with their head, whatever its fields say. */
export function hasNoContent(status: number): boolean {
  return status < 200 || status === 204 || status === 304;
}

/** Two framings in one message, or one that HTTP/1.0 does not have: somebody on the way reads it differently (§6.1). */
function refuseAmbiguous(version: string, fields: Fields, status: number): void {
  if (fields.has('Content-Length'))
    throw new Fault(new Misbehaved('both Transfer-Encoding and Content-Length'), status);
  if (version === '1.0') throw new Fault(new Misbehaved('Transfer-Encoding in HTTP/1.0'), status);
}

function lengthFrame(fields: Fields, status: number): BodyFrame | undefined {
  const value = fields.get('Content-Length');
  if (value === undefined) return undefined;
  const length = parseContentLength(value);
  if (length === undefined) throw new Fault(new Malformed('Content-Length is no number'), status);
  if (length > Number.MAX_SAFE_INTEGER)
    throw new Fault(new Unsupported('Content-Length beyond 2^53'), status === 400 ? 413 : status);
  return length === 0 ? NO_BODY : { framing: 'length', length };
}

/** Decimal digits, or a list of equal ones (rule 5 of §6.3); undefined when it is neither. May be beyond 2^53. */
export function parseContentLength(value: string): number | undefined {
  if (/^[0-9]+$/.test(value)) return Number(value);
  const [first, ...rest] = value.split(/[ \t]*,[ \t]*/);
  return rest.length > 0 && /^[0-9]+$/.test(first!) && rest.every((other) => other === first)
    ? Number(first)
    : undefined;
}

/**
 * Whether the sender of this head leaves the connection open after the exchange (§9.3). Never in HTTP/1.0 with a
 * Transfer-Encoding, not even when the message has no body (§6.1).
 */
export function headPersists(version: string, fields: Fields): boolean {
  if (version === '1.0' && fields.has('Transfer-Encoding')) return false;
  const connection = fields.get('Connection');
  if (connection === undefined) return version !== '1.0';
  // What nearly every message says, without the list.
  if (connection === 'keep-alive') return true;
  const options = listTokens(connection);
  if (options.includes('close')) return false;
  return version !== '1.0' || options.includes('keep-alive');
}

/** The form of a request target (§3.2), which must suit the method. */
export function targetForm(method: string, target: string): TargetForm {
  if (method === 'CONNECT') {
    if (/:[0-9]+$/.test(target) && isAuthority(target)) return 'authority';
    throw new Fault(new Malformed('the target of CONNECT is not host and port'), 400);
  }
  if (target.charCodeAt(0) === 0x2f) return 'origin';
  if (target === '*') {
    if (method === 'OPTIONS') return 'asterisk';
    throw new Fault(new Malformed('the target * goes with OPTIONS only'), 400);
  }
  const authority = absoluteAuthority(target);
  if (authority === undefined || !isAuthority(authority) || authority === '') {
    throw new Fault(new Malformed('the request target has none of the four forms'), 400);
  }
  return 'absolute';
}

/** Checks Host (§3.2) and gives the authority that the request is for (§3.3). */
export function requestAuthority(form: TargetForm, target: string, version: string, fields: Fields): string {
  const host = fields.get('Host');
  if (host === undefined && version !== '1.0') throw new Fault(new Misbehaved('no Host field'), 400);
  // A comma is legal in a host name's grammar but joins repeated lines, so the lines are counted when there is one.
  if (host?.includes(',') && fields.getAll('Host').length > 1)
    throw new Fault(new Misbehaved('more than one Host field'), 400);
  if (host !== undefined && !isAuthority(host))
    throw new Fault(new Malformed('Host is not a host and a port'), 400);
  if (form === 'authority') return target;
  return form === 'absolute' ? absoluteAuthority(target)! : (host ?? '');
}

/** `http://www.example:8001/path` → `www.example:8001`; user information is dropped. Undefined without scheme and `//`. */
function absoluteAuthority(target: string): string | undefined {
  const found = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/.exec(target);
  return found ? found[1]!.slice(found[1]!.lastIndexOf('@') + 1) : undefined;
}

/** `uri-host [":" port]` of RFC 3986 §3.2.2: a registered name, an IPv4 address or an IP literal in brackets. May be empty. */
export function isAuthority(text: string): boolean {
  return /^(?:\[[0-9A-Za-z.:~!$&'()*+,;=_-]+\]|(?:[0-9A-Za-z.~!$&'()*+,;=_-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?$/.test(
    text,
  );
}
