/**
 * The OPT record of EDNS(0) as a declaration (RFC 6891 §6.1): its options, and the field where others have a TTL.
 *
 * What options mean is in edns.ts. A bad option spoils itself and not the message.
 */
import { toHex } from '../../base/bytes.ts';
import type { About } from '../bits.ts';
import { bits, bytes, type Codec, many, type NumberCodec, prefixed, struct, u8, u16, u32 } from '../codec.ts';
import { extendedErrorName, OPTION, optionName } from './code.ts';
import { optionText } from './edns.ts';
import { type Inside, shownInside } from './inside.ts';
import { domainName } from './name.ts';

const EDNS = 'RFC 6891 §6.1.2';

/** The TTL field of an OPT record: one number in code, four fields in the tree (RFC 6891 §6.1.3). */
export const ednsFlags: Codec<number> = (() => {
  const info: About = {
    label: 'Extended RCODE and flags',
    spec: 'RFC 6891 §6.1.3',
    about: 'Where other records carry their TTL, OPT carries more response code, the EDNS version and flags.',
  };
  const parts: readonly NumberCodec[] = [
    bits(8, 'Extended RCODE', 'RFC 6891 §6.1.3', 'The upper eight bits of a response code of twelve.'),
    bits(8, 'EDNS version', 'RFC 6891 §6.1.3', 'The version of EDNS that the sender speaks; only 0 exists.'),
    bits(1, 'DNSSEC OK', 'RFC 3225 §3', 'Set when the sender wants DNSSEC records in the answer.'),
    bits(15, 'Reserved', 'RFC 6891 §6.1.4', 'Flags that nobody has given a meaning yet.'),
  ];
  const scope = { values: {}, start: 0, parent: undefined };
  return {
    bits: 32,
    read: (cursor) => {
      if (!cursor.nodes) return cursor.take(32);
      return cursor.group(
        info,
        () => parts.reduce((sum, part) => sum * (1 << part.bits) + part.read(cursor, scope), 0),
        (value) => `version ${(value >>> 16) & 255}${value & 0x8000 ? ', DNSSEC OK' : ''}`,
      );
    },
    write: (sink, value) => sink.put(32, value),
  };
})();

const hex = (label: string, spec: string, about: string, length?: number): Codec<Uint8Array> =>
  bytes(label, spec, about, length === undefined ? undefined : () => length, (value) => toHex(value));

const ECS = 'RFC 7871 §6';
const EDE = 'RFC 8914 §2';

const INSIDE: Readonly<Record<number, Inside>> = {
  [OPTION.NSID]: inside('Name of the server', 'RFC 5001 §2.3', 'What this server of several calls itself.'),
  [OPTION.ECS]: inside(
    'Client subnet',
    ECS,
    'From which network the question came.',
    struct('Client subnet', ECS, 'From which network the question came.', {
      family: u16('Family', ECS, 'The kind of address: 1 is IPv4, 2 is IPv6.'),
      sourcePrefix: u8('Source prefix length', ECS, 'How many bits of the client are told.', bitCount),
      scopePrefix: u8(
        'Scope prefix length',
        ECS,
        'For how many bits the answer counts; 0 in a query.',
        bitCount,
      ),
      address: bytes('Address', ECS, 'The bits that are told.'),
    }),
  ),
  [OPTION.EXPIRE]: inside(
    'Expire',
    'RFC 7314 §2',
    'For how long a secondary may still serve the zone.',
    u32(
      'Expire',
      'RFC 7314 §2',
      'For how long a secondary may still serve the zone.',
      (value) => `${value} s`,
    ),
  ),
  [OPTION.COOKIE]: inside(
    'Cookie',
    'RFC 7873 §4',
    'Proof that the sender has seen an earlier message of the other side.',
    struct('Cookie', 'RFC 7873 §4', 'Proof that the sender has seen an earlier message of the other side.', {
      client: hex('Client cookie', 'RFC 7873 §4.1', 'A number of the client that the server repeats.', 8),
      server: hex(
        'Server cookie',
        'RFC 7873 §4.2',
        'A number of the server that the client repeats next time.',
      ),
    }),
  ),
  [OPTION.KEEPALIVE]: inside(
    'Keepalive',
    'RFC 7828 §3.1',
    'How long the server keeps an idle connection.',
    u16(
      'Keepalive',
      'RFC 7828 §3.1',
      'How long the server keeps an idle connection.',
      (value) => `${value / 10} s`,
    ),
  ),
  [OPTION.PADDING]: inside('Padding', 'RFC 7830 §3', 'Zeros that hide how long the message is.'),
  [OPTION.EDE]: inside(
    'Extended error',
    EDE,
    'Why the answer is what it is.',
    struct('Extended error', EDE, 'Why the answer is what it is.', {
      code: u16(
        'Info code',
        EDE,
        'The reason as a number.',
        (code) => `${extendedErrorName(code) ?? '?'} (${code})`,
      ),
      text: bytes('Extra text', EDE, 'The reason in words, for people.'),
    }),
  ),
  [OPTION.REPORT]: inside(
    'Agent',
    'RFC 9567 §5',
    'The domain of the agent that wants to hear about errors.',
    domainName('Agent', 'RFC 9567 §5', 'The domain of the agent that wants to hear about errors.', 'never'),
  ),
};

function inside(label: string, spec: string, about: string, format?: Inside['format']): Inside {
  return format ? { info: { label, spec, about }, format } : { info: { label, spec, about } };
}

const unknown = inside('Option data', EDNS, 'The data of the option.');

const option = struct(
  'Option',
  EDNS,
  'One EDNS option.',
  {
    code: u16(
      'Option code',
      EDNS,
      'What kind of option this is.',
      (value) => `${value} (${optionName(value)})`,
    ),
    data: prefixed(
      u16('Option length', EDNS, 'How many bytes of data the option has.'),
      shownInside((scope) => INSIDE[scope.values['code'] as number] ?? unknown),
    ),
  },
  optionText,
);

export const opt = many(option);

function bitCount(value: number): string {
  return `${value} bits`;
}
