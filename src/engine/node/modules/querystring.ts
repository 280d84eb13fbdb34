/**
 * `node:querystring`: `a=1&b=2`, as forms wrote it before URLSearchParams.
 */
import type { ParseOptions, StringifyOptions } from 'node:querystring';
import type { NodeProcess } from '../node-process.ts';
import { codedError } from '../system-error.ts';
import { packages } from './packages.ts';

const MAX_KEYS = 1000;

export function querystringModule(node: NodeProcess) {
  const { Buffer } = node.load(packages).buffer;

  /** `%` and two digits are a byte; what is none stays. */
  function unescapeBuffer(text: string, decodeSpaces?: boolean): Buffer {
    const bytes: number[] = [];
    for (let i = 0; i < text.length; i++) {
      const hex = text[i] === '%' ? /^[\da-f]{2}/i.exec(text.slice(i + 1, i + 3))?.[0] : undefined;
      if (hex) {
        bytes.push(Number.parseInt(hex, 16));
        i += 2;
      } else bytes.push(decodeSpaces && text[i] === '+' ? 32 : text.charCodeAt(i) & 255);
    }
    return Buffer.from(bytes);
  }

  function stringify(
    values: unknown,
    separator?: string,
    equals?: string,
    options?: StringifyOptions,
  ): string {
    const [between, is] = [separator || '&', equals || '='];
    // the function of the module, which programs may replace
    const own = module.escape === escaped ? escaped : module.escape;
    const encode = options?.encodeURIComponent ?? own;
    if (values === null || typeof values !== 'object') return '';
    const pairs: string[] = [];
    for (const [name, value] of Object.entries(values)) {
      const key = encode(plain(name)) + is;
      if (Array.isArray(value)) for (const one of value) pairs.push(key + encode(plain(one)));
      else pairs.push(key + encode(plain(value)));
    }
    return pairs.join(between);
  }

  function parse(
    text: unknown,
    separator?: string,
    equals?: string,
    options?: ParseOptions,
  ): Record<string, string | string[]> {
    const found: Record<string, string | string[]> = Object.create(null);
    if (typeof text !== 'string' || text === '') return found;
    const most = typeof options?.maxKeys === 'number' ? options.maxKeys : MAX_KEYS;
    const given = options?.decodeURIComponent;
    const decode = (part: string): string => {
      const spaced = part.replaceAll('+', ' ');
      if (!given) return module.unescape(spaced, false);
      try {
        return given(spaced);
      } catch {
        return module.unescape(spaced, true);
      }
    };
    let count = 0;
    for (const pair of text.split(separator || '&')) {
      if (pair === '') continue;
      if (most > 0 && ++count > most) break;
      const is = equals || '=';
      const at = pair.indexOf(is);
      const name = decode(at < 0 ? pair : pair.slice(0, at));
      const value = at < 0 ? '' : decode(pair.slice(at + is.length));
      const known = found[name];
      if (known === undefined) found[name] = value;
      else if (typeof known === 'string') found[name] = [known, value];
      else known.push(value);
    }
    return found;
  }

  const module = {
    unescapeBuffer,
    unescape(text: string, decodeSpaces?: boolean): string {
      try {
        return decodeURIComponent(text);
      } catch {
        return unescapeBuffer(text, decodeSpaces).toString();
      }
    },
    escape: escaped,
    stringify,
    encode: stringify,
    parse,
    decode: parse,
  };
  return module;
}

function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? `${value}` : '';
  return typeof value === 'bigint' || typeof value === 'boolean' ? `${value}` : '';
}

function escaped(value: unknown): string {
  const text =
    typeof value === 'string' ? value : typeof value === 'object' ? String(value) : `${value as string}`;
  try {
    return encodeURIComponent(text);
  } catch {
    throw codedError(URIError, 'ERR_INVALID_URI', 'URI malformed');
  }
}
