/**
 * `util.styleText`: text in colours, by the codes of terminals. Where the text goes to no terminal, as here, it stays
 * plain unless the program insists.
 */
import { inspect } from 'node-inspect-extracted';
import {
  checkBoolean,
  checkObject,
  checkOneOf,
  checkString,
  invalidType,
  invalidValue,
} from '../../arguments.ts';

interface StyleOptions {
  readonly validateStream?: boolean;
  readonly stream?: {
    readonly isTTY?: boolean;
    on?: unknown;
    write?: unknown;
    getReader?: unknown;
    getWriter?: unknown;
  };
}

const sequence = (code: string | number): string => `\u001b[${code}m`;

export function styledText(format: string | readonly string[], text: string, options?: StyleOptions): string {
  checkString(text, 'text');
  if (options !== undefined) checkObject(options, 'options');
  const insists = options?.validateStream ?? true;
  checkBoolean(insists, 'options.validateStream');
  const stream = options?.stream;
  const isStream = stream === undefined || stream.on || stream.write || stream.getReader || stream.getWriter;
  if (insists && (!isStream || stream === null))
    throw invalidType('stream', ['ReadableStream', 'WritableStream', 'Stream'], stream);
  let [open, close, body] = ['', '', text];
  for (const name of typeof format === 'string' ? [format] : [...format]) {
    if (name === 'none') continue;
    const [on, off] = codesOf(name);
    open += sequence(on);
    close = sequence(off) + close;
    // bold and dim end with the same code, which must not end the other
    const again = name === 'bold' || name === 'dim' ? sequence(off) + sequence(on) : sequence(on);
    body = body.split(sequence(off)).join(again);
  }
  return insists && stream?.isTTY !== true ? text : `${open}${body}${close}`;
}

function codesOf(name: unknown): readonly [on: string | number, off: number] {
  if (typeof name === 'string' && name.startsWith('#')) {
    const hex = /^#(?:([\da-f]{3})|([\da-f]{6}))$/i.exec(name);
    if (!hex) throw invalidValue('format', name, 'must be a valid hex color (#RGB or #RRGGBB)');
    const digits = hex[2] ?? hex[1]!.replace(/./g, '$&$&');
    const [r, g, b] = [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
    return [`38;2;${r};${g};${b}`, 39];
  }
  const { colors } = inspect as unknown as { colors: Record<string, [number, number]> };
  const codes = colors[name as string];
  if (!codes) checkOneOf(name, 'format', Object.getOwnPropertyNames(colors));
  return codes!;
}
