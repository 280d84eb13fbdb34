/**
 * `atob` and `btoa` (HTML §8.3), with Node's errors.
 */
import { missingArguments } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { domExceptions } from './dom-exception.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));

/** Base64 with padding of a text whose letters are bytes; undefined when one is none. */
export function toBase64(binary: string): string | undefined {
  let text = '';
  for (let at = 0; at < binary.length; at += 3) {
    const [a, b, c] = [binary.charCodeAt(at), binary.charCodeAt(at + 1), binary.charCodeAt(at + 2)];
    if (a > 255 || b > 255 || c > 255) return undefined;
    const bits = (a << 16) | ((b || 0) << 8) | (c || 0);
    const count = Math.min(binary.length - at, 3) + 1;
    for (let i = 0; i < 4; i++) text += i < count ? ALPHABET[(bits >> (18 - 6 * i)) & 63] : '=';
  }
  return text;
}

/** The forgiving decode of the Infra standard §7: padding may be missing, white space is passed over. */
export function fromBase64(text: string): string | undefined {
  let data = text.replace(/[\t\n\f\r ]/g, '');
  if (data.length % 4 === 0) data = data.replace(/={1,2}$/, '');
  if (data.length % 4 === 1) return undefined;
  let binary = '';
  let bits = 0;
  let count = 0;
  for (const letter of data) {
    const value = VALUES.get(letter);
    if (value === undefined) return undefined;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      binary += String.fromCharCode((bits >> count) & 255);
    }
  }
  return binary;
}

export function base64(node: NodeProcess) {
  const { DOMException } = node.load(domExceptions);
  const checked = (result: string | undefined, message = 'Invalid character'): string => {
    if (result === undefined) throw new DOMException(message, 'InvalidCharacterError');
    return result;
  };
  function atob(input?: unknown): string {
    if (arguments.length === 0) throw missingArguments('input');
    const text = `${input as string}`;
    const isCut = /^[A-Za-z0-9+/\t\n\f\r ]*={0,2}$/.test(text);
    return checked(
      fromBase64(text),
      isCut ? 'The string to be decoded is not correctly encoded.' : undefined,
    );
  }
  function btoa(input?: unknown): string {
    if (arguments.length === 0) throw missingArguments('input');
    return checked(toBase64(`${input as string}`));
  }
  return { atob, btoa };
}
