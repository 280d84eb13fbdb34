/**
 * Record data of SVCB and HTTPS (RFC 9460 §2.2): the declaration. What parameters mean is in svcb.ts.
 */
import { formatIp4, type Ip4 } from '../../base/address.ts';
import { formatIp6 } from '../../base/ip6.ts';
import type { Scope } from '../bits.ts';
import { bits, bytes, many, prefixed, struct, u8, u16 } from '../codec.ts';
import type { Inside } from './inside.ts';
import { shownInside } from './inside.ts';
import { domainName } from './name.ts';
import { SVC_KEY, svcKeyName, svcParamText } from './svcb.ts';

const WIRE = 'RFC 9460 §2.2';

const INSIDE: Readonly<Record<number, Inside>> = {
  [SVC_KEY.mandatory]: inside(
    'Mandatory keys',
    'RFC 9460 §8',
    'Parameters that a client must understand to use this record.',
    many(
      u16('Mandatory key', 'RFC 9460 §8', 'A parameter that a client must understand.', (key) =>
        svcKeyName(key),
      ),
    ),
  ),
  [SVC_KEY.alpn]: inside(
    'Protocols',
    'RFC 9460 §7.1',
    'Application protocols that the service speaks.',
    many(
      prefixed(
        u8('Protocol length', 'RFC 9460 §7.1.1', 'How many bytes the next identifier has.'),
        bytes('Protocol', 'RFC 9460 §7.1.1', 'The identifier of a protocol, such as h2 or h3.'),
      ),
    ),
  ),
  [SVC_KEY['no-default-alpn']]: inside(
    'No default protocol',
    'RFC 9460 §7.1',
    'Only the protocols named here are spoken.',
  ),
  [SVC_KEY.port]: inside(
    'Port',
    'RFC 9460 §7.2',
    'The port of the service.',
    u16('Port', 'RFC 9460 §7.2', 'The port of the service.'),
  ),
  [SVC_KEY.ipv4hint]: inside(
    'IPv4 hints',
    'RFC 9460 §7.3',
    'Addresses to begin with, before those of the target are known.',
    many(bits<Ip4>(32, 'IPv4 hint', 'RFC 9460 §7.3', 'An address to begin with.', formatIp4)),
  ),
  [SVC_KEY.ech]: inside(
    'Encrypted Client Hello',
    'RFC 9848 §3',
    'Keys with which a client encrypts the name it asks for.',
  ),
  [SVC_KEY.ipv6hint]: inside(
    'IPv6 hints',
    'RFC 9460 §7.3',
    'Addresses to begin with, before those of the target are known.',
    many(
      bytes(
        'IPv6 hint',
        'RFC 9460 §7.3',
        'An address to begin with.',
        () => 16,
        (value) => formatIp6(value),
      ),
    ),
  ),
  [SVC_KEY.dohpath]: inside('Path of DNS over HTTPS', 'RFC 9461 §5', 'Where queries over HTTPS are sent to.'),
};

function inside(label: string, spec: string, about: string, format?: Inside['format']): Inside {
  return format ? { info: { label, spec, about }, format } : { info: { label, spec, about } };
}

const unknown = inside('Value', WIRE, 'The value of the parameter.');

const param = struct(
  'Parameter',
  WIRE,
  'One parameter of the service.',
  {
    key: u16('Key', WIRE, 'Which parameter this is.', (key) => `${svcKeyName(key)} (${key})`),
    value: prefixed(
      u16('Value length', WIRE, 'How many bytes the value has.'),
      shownInside((scope: Scope) => INSIDE[scope.values['key'] as number] ?? unknown),
    ),
  },
  (value) => svcParamText(value),
);

export const svcb = struct(
  'Service binding',
  WIRE,
  'Where and how the service of this name is reached.',
  {
    priority: u16('Priority', 'RFC 9460 §2.4.1', 'The lowest is tried first; 0 makes the owner an alias.'),
    target: domainName('Target', WIRE, 'The host of the service; a single dot is the owner itself.', 'never'),
    params: many(param),
  },
  (value) => `${value.priority} ${value.target}`,
);
