/**
 * Record data of the types without signatures and parameters: those of RFC 1035, AAAA (RFC 3596), SRV (RFC 2782), DNAME
 * (RFC 6672) and CAA (RFC 8659): values, and declarations.
 *
 * Names are compressed in types of RFC 1035 only, and followed in SRV too (RFC 3597 §4).
 */
import { formatIp4, type Ip4 } from '../../base/address.ts';
import { type Bytes, fromLatin1, toLatin1 } from '../../base/bytes.ts';
import { Malformed } from '../../base/errors.ts';
import { formatIp6 } from '../../base/ip6.ts';
import { bits, bytes, type Codec, many, prefixed, struct, u8, u16, u32 } from '../codec.ts';
import { domainName } from './name.ts';

/** RFC 1035 §3.3.13. Times in seconds. */
export interface Soa {
  readonly mname: string;
  readonly rname: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  /** How long the absence of a name may be believed (RFC 2308 §4). */
  readonly minimum: number;
}

/** RFC 1035 §3.3.9. */
export interface Mx {
  readonly preference: number;
  readonly exchange: string;
}

/** RFC 1035 §3.3.2: two character strings, at most 255 bytes each. */
export interface Hinfo {
  readonly cpu: Bytes;
  readonly os: Bytes;
}

/** RFC 2782. */
export interface Srv {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  /** The root says that the service is not there. */
  readonly target: string;
}

/** RFC 8659 §4.1. */
export interface Caa {
  /** Bit 0 from the top (128): who does not know the tag must not issue. */
  readonly flags: number;
  /** Letters and digits, at least one. */
  readonly tag: string;
  readonly value: Bytes;
}

const SOA = 'RFC 1035 §3.3.13';
const SRV = 'RFC 2782';
const CAA = 'RFC 8659 §4.1';

export const a = bits<Ip4>(32, 'Address', 'RFC 1035 §3.4.1', 'The IPv4 address of this name.', formatIp4);

export const aaaa = bytes(
  'Address',
  'RFC 3596 §2.2',
  'The IPv6 address of this name.',
  () => 16,
  (value) => formatIp6(value),
);

export const ns = domainName('Name server', 'RFC 1035 §3.3.11', 'A server that has authority for this zone.');

export const cname = domainName(
  'Canonical name',
  'RFC 1035 §3.3.1',
  'The name for which the owner is an alias.',
);

export const ptr = domainName('Pointer', 'RFC 1035 §3.3.12', 'The name that belongs to this address.');

export const dname = domainName(
  'Target',
  'RFC 6672 §2.1',
  'Names below the owner are looked for below this name instead.',
  'never',
);

export const soa = struct(
  'Start of authority',
  SOA,
  'The parameters of a zone.',
  {
    mname: domainName('Primary server', SOA, 'The name server that holds the original of this zone.'),
    rname: domainName(
      'Mailbox',
      SOA,
      'Who is responsible for this zone: a mail address whose @ is written as a dot.',
    ),
    serial: u32(
      'Serial',
      SOA,
      'The version of the zone; secondaries copy it again when this number has grown.',
    ),
    refresh: u32('Refresh', SOA, 'Seconds after which a secondary asks for a new version.', seconds),
    retry: u32('Retry', SOA, 'Seconds after which a secondary asks again when nobody answered.', seconds),
    expire: u32(
      'Expire',
      SOA,
      'Seconds after which a secondary that reached nobody stops answering.',
      seconds,
    ),
    minimum: u32(
      'Minimum',
      'RFC 2308 §4',
      'Seconds for which resolvers may believe that a name or type is absent.',
      seconds,
    ),
  },
  (value) => `${value.mname} serial ${value.serial}`,
);

export const mx = struct(
  'Mail exchange',
  'RFC 1035 §3.3.9',
  'A host that accepts mail for this name.',
  {
    preference: u16('Preference', 'RFC 1035 §3.3.9', 'Senders try the host with the lowest number first.'),
    exchange: domainName('Exchange', 'RFC 1035 §3.3.9', 'The name of the host that accepts the mail.'),
  },
  (value) => `${value.preference} ${value.exchange}`,
);

const characterString = (label: string, spec: string, about: string): Codec<Bytes> =>
  prefixed(
    u8('String length', 'RFC 1035 §3.3', 'How many bytes the next character string has.'),
    bytes(label, spec, about),
  );

export const txt = many(characterString('Text', 'RFC 1035 §3.3.14', 'One character string of a TXT record.'));

export const hinfo = struct('Host information', 'RFC 1035 §3.3.2', 'What kind of machine this is.', {
  cpu: characterString('Processor', 'RFC 1035 §3.3.2', 'The kind of processor the host has.'),
  os: characterString('Operating system', 'RFC 1035 §3.3.2', 'The operating system the host runs.'),
});

export const srv = struct(
  'Service',
  SRV,
  'A host and port where a service of this domain runs.',
  {
    priority: u16('Priority', SRV, 'Clients try the targets with the lowest number first.'),
    weight: u16(
      'Weight',
      SRV,
      'Among equal priorities, the share of clients that should choose this target.',
    ),
    port: u16('Port', SRV, 'The port of the service on the target.'),
    target: domainName('Target', SRV, 'The name of the host; a single dot says that there is none.', 'read'),
  },
  (value) => `${value.priority} ${value.weight} ${value.port} ${value.target}`,
);

/** The tag of a CAA record: text in code, bytes on the wire. */
const caaTag: Codec<string> = (() => {
  const field = bytes('Tag', CAA, 'Which kind of rule this is, such as issue or iodef.');
  return {
    bits: undefined,
    read(cursor, scope) {
      const from = cursor.bit;
      const tag = toLatin1(cursor.bytes, from >> 3, cursor.endBit >> 3);
      if (!isCaaTag(tag)) throw new Malformed('a CAA tag is letters and digits, at least one', from >> 3);
      field.read(cursor, scope);
      return tag;
    },
    write: (sink, tag) => sink.putBytes(fromLatin1(tag)),
  };
})();

export function isCaaTag(tag: string): boolean {
  return tag.length <= 255 && /^[0-9A-Za-z]+$/.test(tag);
}

export const caa = struct(
  'Certification authority authorization',
  CAA,
  'Who may issue certificates for this name.',
  {
    flags: u8('Flags', CAA, 'With 128 set, an issuer that does not know the tag must not issue.'),
    tag: prefixed(u8('Tag length', CAA, 'How many characters the tag has.'), caaTag),
    value: bytes('Value', CAA, 'What the rule says, such as the name of an issuer.'),
  },
  (value) => `${value.tag} ${toLatin1(value.value)}`,
);

function seconds(value: number): string {
  return `${value} s`;
}
