/**
 * Names that no server on the internet is asked about.
 *
 * RFC 6761 §6.1 (reverse zones of private addresses), §6.2 (test.), §6.3 (localhost.), §6.4 (invalid.); RFC 7686 §2
 * (onion.); RFC 8375 §4 (home.arpa.); RFC 6303 §4 (what is reversed locally). Unbound answers for the same by default,
 * and for the reverse zones of documentation addresses, which here are the addresses of the simulated internet and are
 * therefore left alone.
 */
import { parseIp } from '../../../base/ip.ts';
import { RCODE, TYPE } from '../../../wire/dns/code.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import { isSubdomain, sameName } from '../../../wire/dns/name.ts';
import { parseRecord } from '../../../wire/dns/text.ts';

const LOCALHOST_TTL = 10_800;
/** Zones that exist and are empty. */
const EMPTY: readonly string[] = [
  'test.',
  'invalid.',
  'onion.',
  'home.arpa.',
  '10.in-addr.arpa.',
  ...Array.from({ length: 16 }, (_, i) => `${16 + i}.172.in-addr.arpa.`),
  '168.192.in-addr.arpa.',
  '254.169.in-addr.arpa.',
  '0.in-addr.arpa.',
  '255.255.255.255.in-addr.arpa.',
  `${'0.'.repeat(32)}ip6.arpa.`,
  'd.f.ip6.arpa.',
  '8.e.f.ip6.arpa.',
  '9.e.f.ip6.arpa.',
  'a.e.f.ip6.arpa.',
  'b.e.f.ip6.arpa.',
];
const LOOPBACK = ['127.in-addr.arpa.', `1.${'0.'.repeat(31)}ip6.arpa.`];

export interface SpecialAnswer {
  readonly rcode: number;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly reason: string;
}

/** The answer for a special name, or undefined when the name is like any other. */
export function specialAnswer(name: string, type: number): SpecialAnswer | undefined {
  if (isSubdomain(name, 'localhost.')) {
    const answers =
      type === TYPE.A
        ? [parseRecord(name, LOCALHOST_TTL, 'A', '127.0.0.1')]
        : type === TYPE.AAAA
          ? [parseRecord(name, LOCALHOST_TTL, 'AAAA', parseIp('::1') as string)]
          : [];
    return ours('localhost.', answers, RCODE.NOERROR, 'localhost means this machine itself (RFC 6761 §6.3)');
  }
  const loop = LOOPBACK.find((zone) => isSubdomain(name, zone));
  if (loop !== undefined && (sameName(name, loop) || name.toLowerCase() === '1.0.0.127.in-addr.arpa.')) {
    const named = loop !== LOOPBACK[0] || !sameName(name, loop);
    const answers = named && type === TYPE.PTR ? [parseRecord(name, LOCALHOST_TTL, 'PTR', 'localhost.')] : [];
    const spec = loop === LOOPBACK[0] ? '§4.2' : '§4.3';
    return ours(
      loop,
      answers,
      RCODE.NOERROR,
      `the loopback address is this machine itself (RFC 6303 ${spec})`,
    );
  }
  const zone = loop ?? EMPTY.find((one) => isSubdomain(name, one));
  if (zone === undefined) return undefined;
  const rcode = sameName(name, zone) ? RCODE.NOERROR : RCODE.NXDOMAIN;
  return ours(
    zone,
    [],
    rcode,
    `nobody outside knows ${zone} better: it is answered here (RFC 6761, RFC 6303)`,
  );
}

function ours(zone: string, answers: readonly DnsRecord[], rcode: number, reason: string): SpecialAnswer {
  const soa = parseRecord(zone, LOCALHOST_TTL, 'SOA', 'localhost. nobody.invalid. 1 3600 1200 604800 10800');
  return { rcode, answers, authorities: answers.length > 0 ? [] : [soa], reason };
}
