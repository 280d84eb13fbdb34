/**
 * The options of Neighbour Discovery messages (RFC 4861 §4.6), with those for routes (RFC 4191 §2.3), name servers
 * (RFC 8106 §5.1) and the nonce (RFC 3971 §5.3.2, which RFC 7527 uses to tell its own looped probe from another's).
 *
 * Each says its length in units of eight bytes. Options that are not known here, and known ones of an unusual length,
 * are kept as bytes. Not here: which option may stand in which message.
 */
import { formatMac, type Mac } from '../base/address.ts';
import { Malformed, Misuse } from '../base/errors.ts';
import {
  bits,
  bytes,
  type Codec,
  type Decoded,
  flag,
  hex,
  many,
  named,
  struct,
  u8,
  u16,
  u32,
  until,
} from './codec.ts';
import { address6 } from './ipv6.ts';
import { quotation6 } from './quotation6.ts';

export const ND_SOURCE_MAC = 1;
export const ND_TARGET_MAC = 2;
export const ND_PREFIX = 3;
export const ND_REDIRECTED = 4;
export const ND_MTU = 5;
export const ND_NONCE = 14;
export const ND_ROUTE = 24;
export const ND_NAME_SERVERS = 25;

/** A lifetime that never ends, in seconds (RFC 4861 §4.6.2). */
export const ND_FOREVER = 0xffff_ffff;

const SPEC = 'RFC 4861 §4.6';
const PREFIX = 'RFC 4861 §4.6.2';
const ROUTE = 'RFC 4191 §2.3';

const NAMES: Readonly<Record<number, string>> = {
  [ND_SOURCE_MAC]: 'source link-layer address',
  [ND_TARGET_MAC]: 'target link-layer address',
  [ND_PREFIX]: 'prefix information',
  [ND_REDIRECTED]: 'redirected header',
  [ND_MTU]: 'MTU',
  [ND_NONCE]: 'nonce',
  [ND_ROUTE]: 'route information',
  [ND_NAME_SERVERS]: 'recursive DNS servers',
  31: 'DNS search list',
};

/** RFC 4191 §2.1. */
const PREFERENCES: readonly string[] = ['medium', 'high', 'reserved', 'low'];

export function preferenceName(value: number): string {
  return PREFERENCES[value]!;
}

export function lifetimeText(seconds: number): string {
  return seconds === ND_FOREVER ? 'for ever' : `${seconds} s`;
}

const type = u8('Type', SPEC, 'Which option this is.', named(NAMES));
const length = u8(
  'Length',
  SPEC,
  'Length of this option in units of eight bytes, type and length included.',
  (value) => `${8 * value} bytes`,
);

/** `body` behind the option's length. */
function sized<T, In>(body: Codec<T, In>): Codec<T, In> {
  return {
    bits: undefined,
    read(cursor, scope) {
      const at = cursor.bit >> 3;
      const units = length.read(cursor, scope);
      // RFC 4861 §4.6: such a message is dropped whole, because no end of the option could be found.
      if (units === 0) throw new Malformed('an option of no length', at);
      return until(() => 8 * units - 2, body).read(cursor, scope);
    },
    write(sink, value, scope) {
      const at = sink.bit;
      sink.put(8, 0);
      body.write(sink, value, scope);
      const size = sink.bit - at + 8;
      if (size % 64 !== 0) throw new Misuse('an option must fill whole units of eight bytes');
      sink.patch(at, 8, size / 64);
    },
  };
}

function linkLayer(label: string, about: string) {
  return struct(
    label,
    'RFC 4861 §4.6.1',
    about,
    { type, value: sized(bits<Mac>(48, 'MAC address', 'RFC 2464 §6', 'The network card.', formatMac)) },
    (option) => formatMac(option.value),
  );
}

const sourceMac = linkLayer('Source link-layer address', 'The network card of whoever sends this.');
const targetMac = linkLayer(
  'Target link-layer address',
  'The network card of the address that this is about.',
);

const prefixInformation = struct(
  'Prefix information',
  PREFIX,
  'A prefix whose addresses are on this link, or that hosts may make their own addresses from.',
  {
    type,
    value: sized(
      struct('Prefix', PREFIX, 'The prefix and for how long it holds.', {
        prefixLength: u8(
          'Prefix length',
          PREFIX,
          'How many bits the prefix has.',
          (value) => `${value} bits`,
        ),
        onLink: flag('On-link', PREFIX, 'Addresses with this prefix are on this link: no router is needed.'),
        autonomous: flag(
          'Autonomous',
          PREFIX,
          'Hosts may make themselves an address from this prefix (RFC 4862).',
        ),
        routerAddress: flag(
          'Router address',
          'RFC 6275 §7.2',
          'The prefix holds a whole address of the router.',
        ),
        reserved: bits(5, 'Reserved', PREFIX, 'Zero.'),
        validLifetime: u32(
          'Valid lifetime',
          PREFIX,
          'For how long addresses from it may be used at all.',
          lifetimeText,
        ),
        preferredLifetime: u32(
          'Preferred lifetime',
          PREFIX,
          'For how long addresses from it may begin new conversations.',
          lifetimeText,
        ),
        unused: u32('Reserved', PREFIX, 'Zero.', hex(8)),
        prefix: address6('Prefix', PREFIX, 'The prefix; bits behind its length mean nothing.'),
      }),
    ),
  },
  ({ value }) => `${value.prefix}/${value.prefixLength}`,
);

const redirectedHeader = struct(
  'Redirected header',
  'RFC 4861 §4.6.3',
  'The packet that went a longer way.',
  {
    type,
    value: sized(
      struct('Packet', 'RFC 4861 §4.6.3', 'As much of it as fits.', {
        reserved: bits(48, 'Reserved', 'RFC 4861 §4.6.3', 'Zero.'),
        quoted: quotation6('RFC 4861 §4.6.3'),
      }),
    ),
  },
);

const mtu = struct(
  'MTU',
  'RFC 4861 §4.6.4',
  'The largest packet that everyone on this link can take.',
  {
    type,
    value: sized(
      struct('Limit', 'RFC 4861 §4.6.4', 'The number.', {
        reserved: u16('Reserved', 'RFC 4861 §4.6.4', 'Zero.', hex(4)),
        mtu: u32('MTU', 'RFC 4861 §4.6.4', 'Bytes of a packet with its header.', (value) => `${value} bytes`),
      }),
    ),
  },
  ({ value }) => `${value.mtu} bytes`,
);

const routeInformation = struct(
  'Route information',
  ROUTE,
  'A network that this router is a good way to.',
  {
    type,
    value: sized(
      struct('Route', ROUTE, 'The network, and how good the way is.', {
        prefixLength: u8('Prefix length', ROUTE, 'How many bits the prefix has.', (value) => `${value} bits`),
        reserved: bits(3, 'Reserved', ROUTE, 'Zero.'),
        preference: bits(
          2,
          'Preference',
          ROUTE,
          'Which router to take when several offer a way.',
          preferenceName,
        ),
        unused: bits(3, 'Reserved', ROUTE, 'Zero.'),
        lifetime: u32('Route lifetime', ROUTE, 'For how long the way holds.', lifetimeText),
        prefix: bytes('Prefix', ROUTE, 'The prefix, cut to 0, 8 or 16 bytes.'),
      }),
    ),
  },
  ({ value }) => `${value.prefixLength} bits, ${preferenceName(value.preference)}`,
);

const nameServers = struct(
  'Recursive DNS servers',
  'RFC 8106 §5.1',
  'Who answers questions about names on this link.',
  {
    type,
    value: sized(
      struct('Servers', 'RFC 8106 §5.1', 'Their addresses and for how long they may be used.', {
        reserved: u16('Reserved', 'RFC 8106 §5.1', 'Zero.', hex(4)),
        lifetime: u32('Lifetime', 'RFC 8106 §5.1', 'For how long they may be asked.', lifetimeText),
        addresses: many(address6('Server', 'RFC 8106 §5.1', 'A resolver that answers for this link.')),
      }),
    ),
  },
  ({ value }) => value.addresses.join(', '),
);

const nonce = struct(
  'Nonce',
  'RFC 3971 §5.3.2',
  'A number from which the sender knows its own message again.',
  {
    type,
    value: sized(bytes('Nonce', 'RFC 3971 §5.3.2', 'Random bytes.')),
  },
);

const otherOption = struct(
  'Other option',
  SPEC,
  'An option that this engine only carries.',
  { type, value: sized(bytes('Data', SPEC, 'The option’s data.')) },
  (option) => named(NAMES)(option.type, { values: {}, start: 0, parent: undefined }),
);

/** One option. `type` tells which; one of an unusual length carries bytes. */
export type NdOption =
  | Decoded<typeof sourceMac>
  | Decoded<typeof prefixInformation>
  | Decoded<typeof redirectedHeader>
  | Decoded<typeof mtu>
  | Decoded<typeof routeInformation>
  | Decoded<typeof nameServers>
  | Decoded<typeof otherOption>;

// biome-ignore lint/suspicious/noExplicitAny: each codec takes one member of the union; `pick` keeps them apart
type AnyOption = Codec<any, any>;

/** The codec of an option of so many units of eight bytes, as far as its type and length are known together. */
function pick(kind: number, units: number): AnyOption {
  switch (kind) {
    case ND_SOURCE_MAC:
      return units === 1 ? sourceMac : otherOption;
    case ND_TARGET_MAC:
      return units === 1 ? targetMac : otherOption;
    case ND_PREFIX:
      return units === 4 ? prefixInformation : otherOption;
    case ND_REDIRECTED:
      return redirectedHeader;
    case ND_MTU:
      return units === 1 ? mtu : otherOption;
    case ND_NONCE:
      return nonce;
    case ND_ROUTE:
      return units >= 1 && units <= 3 ? routeInformation : otherOption;
    case ND_NAME_SERVERS:
      return units >= 3 && units % 2 === 1 ? nameServers : otherOption;
    default:
      return otherOption;
  }
}

/** The codec that wrote `value`: known types with bytes in them are of an unusual length. */
function pickFor(option: NdOption): AnyOption {
  if (option.value instanceof Uint8Array) return option.type === ND_NONCE ? nonce : otherOption;
  return pick(option.type, KNOWN_UNITS[option.type] ?? 1);
}

const KNOWN_UNITS: Readonly<Record<number, number>> = { [ND_PREFIX]: 4, [ND_NAME_SERVERS]: 3 };

/** One option; `many` of them end a message. */
export const ndOption: Codec<NdOption> = {
  bits: undefined,
  // Type and length decide which struct this is, label and all, so they are looked at before anything is read.
  read(cursor, scope) {
    const at = cursor.bit >>> 3;
    const units = cursor.bytesLeft > 1 ? cursor.bytes[at + 1]! : 0;
    return pick(cursor.bytes[at]!, units).read(cursor, scope);
  },
  write: (sink, value, scope) => pickFor(value).write(sink, value, scope),
};
