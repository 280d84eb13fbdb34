/**
 * What the parameters of SVCB and HTTPS records mean: keys, values in presentation form both ways, and what makes a set
 * of them malformed or inconsistent (RFC 9460 §2, §7, §8, appendix A; dohpath RFC 9461 §5; ech RFC 9848).
 *
 * A value that does not follow the format of its key prints in the form of an unknown key, `key3="\000"`.
 * Not here: what a client does with them, the inside of ech and of a URI template.
 */
import { formatIp4, parseIp4 } from '../../base/address.ts';
import { fromBase64, toBase64 } from '../../base/base64.ts';
import { type Bytes, concatBytes, readU16, readU32, toUtf8, writeU16, writeU32 } from '../../base/bytes.ts';
import { Malformed } from '../../base/errors.ts';
import { formatIp6, parseIp6 } from '../../base/ip6.ts';
import { escapeString, unescapeString } from './character-string.ts';

/** One parameter, value opaque. */
export interface SvcParam {
  readonly key: number;
  readonly value: Bytes;
}

/** RFC 9460 §2.2. */
export interface Svcb {
  /** 0 is AliasMode: the target stands for the owner (§2.4.2). */
  readonly priority: number;
  /** In ServiceMode `.` means the owner itself (§2.5.2). */
  readonly target: string;
  readonly params: readonly SvcParam[];
}

/** RFC 9460 §14.3.2; dohpath RFC 9461 §5; ohttp RFC 9540. */
export const SVC_KEY = {
  mandatory: 0,
  alpn: 1,
  'no-default-alpn': 2,
  port: 3,
  ipv4hint: 4,
  ech: 5,
  ipv6hint: 6,
  dohpath: 7,
  ohttp: 8,
} as const;

const KEYS: Readonly<Record<string, number>> = SVC_KEY;
const KEY_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(SVC_KEY).map(([name, key]) => [key, name]),
);

/** `alpn`, `key667`. */
export function svcKeyName(key: number): string {
  return KEY_NAMES.get(key) ?? `key${key}`;
}

/** The number of `alpn` or `key667` (RFC 9460 §2.1: lower case, no leading zeros). Throws {@link Malformed}. */
export function parseSvcKey(name: string): number {
  if (Object.hasOwn(KEYS, name)) return KEYS[name]!;
  const digits = /^key(0|[1-9]\d{0,4})$/.exec(name)?.[1];
  if (digits === undefined || Number(digits) > 65_534)
    throw new Malformed(`not a service parameter (write ${Object.keys(KEYS).join(', ')} or keyNNN): ${name}`);
  return Number(digits);
}

/** The value of the parameter `key`, undefined when it is not there. */
export function svcParam(svcb: Svcb, key: number): Bytes | undefined {
  return svcb.params.find((param) => param.key === key)?.value;
}

/** Protocol identifiers of an alpn value. Throws {@link Malformed}. */
export function readAlpn(value: Bytes): Bytes[] {
  const ids: Bytes[] = [];
  for (let at = 0; at < value.length; ) {
    const length = value[at]!;
    if (length === 0 || at + 1 + length > value.length)
      throw new Malformed('alpn: an identifier is empty or cut off');
    ids.push(value.subarray(at + 1, at + 1 + length));
    at += 1 + length;
  }
  if (ids.length === 0) throw new Malformed('alpn: there is no identifier');
  return ids;
}

/** Keys of a mandatory value, ascending. Throws {@link Malformed}. */
export function readMandatory(value: Bytes): number[] {
  const keys = inUnits('mandatory', value, 2, readU16);
  keys.forEach((key, i) => {
    if (key === SVC_KEY.mandatory) throw new Malformed('mandatory: it lists itself');
    if (i > 0 && key <= keys[i - 1]!) throw new Malformed('mandatory: its keys do not ascend');
  });
  return keys;
}

/** What RFC 9460 calls malformed (§2.2) or not self-consistent (§2.4.3, §7.1.1, §8) about a record; undefined when nothing. */
export function svcbFault({ priority, params }: Svcb): string | undefined {
  for (let i = 1; i < params.length; i++) {
    if (params[i]!.key > params[i - 1]!.key) continue;
    const key = svcKeyName(params[i]!.key);
    return params[i]!.key === params[i - 1]!.key ? `${key} is there twice` : `${key} is out of order`;
  }
  if (priority === 0) return undefined; // parameters of an alias are ignored (§2.4.2)
  const keys = new Set(params.map(({ key }) => key));
  for (const { key, value } of params) {
    const fault = valueFault(key, value);
    if (fault) return fault;
  }
  const mandatory = params.find(({ key }) => key === SVC_KEY.mandatory);
  for (const key of mandatory ? readMandatory(mandatory.value) : [])
    if (!keys.has(key)) return `${svcKeyName(key)} is mandatory, and not there`;
  if (keys.has(SVC_KEY['no-default-alpn']) && !keys.has(SVC_KEY.alpn)) return 'no-default-alpn needs alpn';
  return undefined;
}

/** `alpn="h2,h3"`, `no-default-alpn`, `key667="hello"`. */
export function svcParamText({ key, value }: SvcParam): string {
  const form = VALUES[key];
  if (form && valueFault(key, value) === undefined) {
    const text = form.print(value);
    return text === '' ? svcKeyName(key) : `${svcKeyName(key)}=${text}`;
  }
  return value.length === 0 ? `key${key}` : `key${key}="${escapeString(value)}"`;
}

/**
 * One parameter from its presentation form: `alpn=h2,h3`, `alpn="h2,h3"`, `key667=\001`. In the form `keyNNN` the value
 * is that of the wire, also for keys that have a name (RFC 9460 §2.1). Throws {@link Malformed}.
 */
export function parseSvcParam(text: string): SvcParam {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const key = parseSvcKey(name);
  const raw = equals < 0 ? '' : text.slice(equals + 1);
  const quoted = /^"((?:[^"\\]|\\.)*)"$/su.exec(raw);
  if (!quoted && /(?:^|[^\\])(?:\\\\)*"/.test(raw)) throw new Malformed(`${name}: a quote is missing`);
  const given = unescapeString(quoted ? quoted[1]! : raw);
  const form = name.startsWith('key') ? undefined : VALUES[key];
  if (form && !form.escapes && raw.includes('\\'))
    throw new Malformed(`${name}: its value is written without escapes`);
  let value: Bytes;
  try {
    value = form ? form.parse(given) : given;
  } catch (error) {
    if (error instanceof Malformed) throw new Malformed(`${name}: ${error.message}`);
    throw error;
  }
  const fault = valueFault(key, value);
  if (fault) throw new Malformed(fault);
  return { key, value };
}

/** How the value of a key is read and written. `check` throws {@link Malformed}; the others may rely on it. */
interface ValueForm {
  /** True where a backslash may stand: elsewhere it must not (RFC 9460 §7.2, §7.3, §8; RFC 9848 §3). */
  readonly escapes?: true;
  check(value: Bytes): void;
  print(value: Bytes): string;
  /** From the value after the escapes of the master file were taken away. */
  parse(given: Bytes): Bytes;
}

const VALUES: Readonly<Record<number, ValueForm>> = {
  [SVC_KEY.mandatory]: {
    check: readMandatory,
    print: (value) => readMandatory(value).map(svcKeyName).join(','),
    parse: (given) => {
      const keys = splitPlain(given).map(parseSvcKey);
      return concatBytes(keys.sort((a, b) => a - b).map(twoBytes));
    },
  },
  [SVC_KEY.alpn]: {
    escapes: true,
    check: readAlpn,
    // A blank in an identifier is written as BIND writes it, by its number
    print: (value) => {
      const ids = readAlpn(value).map((id) => escapeString(escapeItem(id)).replace(/ /g, '\\032'));
      return `"${ids.join(',')}"`;
    },
    parse: (given) =>
      concatBytes(
        splitItems(given).map((id) => {
          if (id.length === 0 || id.length > 255) throw new Malformed('an identifier has 1 to 255 bytes');
          return concatBytes([Uint8Array.of(id.length), id]);
        }),
      ),
  },
  [SVC_KEY['no-default-alpn']]: emptyValue('no-default-alpn'),
  [SVC_KEY.port]: {
    check: (value) => {
      if (value.length !== 2) throw new Malformed('port: two bytes, no more and no less');
    },
    print: (value) => String(readU16(value, 0)),
    parse: (given) => {
      const text = toUtf8(given);
      if (!/^\d{1,5}$/.test(text) || Number(text) > 0xffff)
        throw new Malformed(`a number from 0 to 65535, not ${text}`);
      return twoBytes(Number(text));
    },
  },
  [SVC_KEY.ipv4hint]: {
    check: (value) => void inUnits('ipv4hint', value, 4, readU32),
    print: (value) =>
      inUnits('ipv4hint', value, 4, readU32)
        .map((address) => formatIp4(address as Parameters<typeof formatIp4>[0]))
        .join(','),
    parse: (given) =>
      concatBytes(
        splitPlain(given).map((text) => {
          const four = new Uint8Array(4);
          writeU32(four, 0, parseIp4(text));
          return four;
        }),
      ),
  },
  [SVC_KEY.ech]: {
    check: (value) => {
      if (value.length === 0) throw new Malformed('ech: no value');
    },
    print: toBase64,
    parse: (given) => fromBase64(toUtf8(given)),
  },
  [SVC_KEY.ipv6hint]: {
    check: (value) => void inUnits('ipv6hint', value, 16, () => 0),
    print: (value) => inUnits('ipv6hint', value, 16, formatIp6).join(','),
    parse: (given) => concatBytes(splitPlain(given).map(parseIp6)),
  },
  [SVC_KEY.dohpath]: {
    escapes: true,
    check: (value) => {
      // RFC 9461 §5: a relative URI template in UTF-8 that has the variable "dns"
      const text = toUtf8(value);
      if (!text.startsWith('/') || text.includes('\ufffd') || !/\{[^}]*\bdns\b[^}]*\}/.test(text))
        throw new Malformed(
          'dohpath: a path that begins with / and has the variable dns, like /dns-query{?dns}',
        );
    },
    print: (value) => `"${escapeString(value)}"`,
    parse: (given) => given,
  },
  [SVC_KEY.ohttp]: emptyValue('ohttp'),
};

function emptyValue(name: string): ValueForm {
  return {
    check: (value) => {
      if (value.length > 0) throw new Malformed(`${name}: takes no value`);
    },
    print: () => '',
    parse: (given) => given,
  };
}

function valueFault(key: number, value: Bytes): string | undefined {
  try {
    VALUES[key]?.check(value);
    return undefined;
  } catch (error) {
    if (error instanceof Malformed) return error.message;
    throw error;
  }
}

/** A value made of units of one size, at least one. */
function inUnits<T>(name: string, value: Bytes, size: number, read: (value: Bytes, at: number) => T): T[] {
  if (value.length === 0 || value.length % size !== 0)
    throw new Malformed(`${name}: ${value.length} bytes are no list of ${size} bytes each`);
  return Array.from({ length: value.length / size }, (_, i) => read(value, i * size));
}

function twoBytes(value: number): Bytes {
  const bytes = new Uint8Array(2);
  writeU16(bytes, 0, value);
  return bytes;
}

/** A list whose items hold neither comma nor backslash (RFC 9460 §8, §7.3). */
function splitPlain(given: Bytes): string[] {
  return toUtf8(given).split(',');
}

const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** RFC 9460 appendix A.1: commas part items, a backslash makes a comma or a backslash part of one. */
function splitItems(given: Bytes): Bytes[] {
  const items: Bytes[] = [];
  let item: number[] = [];
  for (let i = 0; i < given.length; i++) {
    const byte = given[i]!;
    if (byte === COMMA) {
      items.push(Uint8Array.from(item));
      item = [];
    } else if (byte === BACKSLASH) {
      const next = given[++i];
      if (next !== COMMA && next !== BACKSLASH)
        throw new Malformed('in a list a backslash stands before , or \\');
      item.push(next);
    } else {
      item.push(byte);
    }
  }
  items.push(Uint8Array.from(item));
  return items;
}

function escapeItem(item: Bytes): Bytes {
  const bytes: number[] = [];
  for (const byte of item) {
    if (byte === COMMA || byte === BACKSLASH) bytes.push(BACKSLASH);
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}
