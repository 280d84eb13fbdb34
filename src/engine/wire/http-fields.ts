/**
 * A list of HTTP fields: keeps the order and the spelling of what was sent, and finds names in any case.
 *
 * RFC 9110 §5 (fields), §5.6.1 (lists), RFC 9112 §5 (field lines). Used for headers and trailers of every HTTP version.
 * Not here: what a field means, and whether its value is right.
 */

import type { Bytes } from '../base/bytes.ts';
import { asciiText } from './ascii.ts';

export interface FieldLine {
  readonly name: string;
  readonly value: string;
}

/** A line whose value is still bytes: making strings is most of the cost of a parse, and few values are looked at. */
class UnreadLine implements FieldLine {
  readonly name: string;
  readonly #bytes: Bytes;
  readonly #at: number;
  readonly #end: number;
  #value: string | undefined;

  constructor(name: string, bytes: Bytes, at: number, end: number) {
    this.name = name;
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  get value(): string {
    this.#value ??= asciiText(this.#bytes, this.#at, this.#end);
    return this.#value;
  }
}

/** Anything a list of fields can be made from. */
export type FieldsInput =
  | Fields
  | Readonly<Record<string, string>>
  | readonly (readonly [name: string, value: string])[];

export class Fields implements Iterable<FieldLine> {
  readonly #lines: FieldLine[] = [];

  static from(input: FieldsInput = []): Fields {
    const fields = new Fields();
    if (input instanceof Fields) for (const { name, value } of input) fields.append(name, value);
    else
      for (const [name, value] of Array.isArray(input) ? input : Object.entries(input))
        fields.append(name, value);
    return fields;
  }

  /** Number of field lines. */
  get size(): number {
    return this.#lines.length;
  }

  get lines(): readonly FieldLine[] {
    return this.#lines;
  }

  [Symbol.iterator](): Iterator<FieldLine> {
    return this.#lines[Symbol.iterator]();
  }

  append(name: string, value: string): this {
    this.#lines.push({ name, value });
    return this;
  }

  /** Appends a value that is read when somebody asks for it; nobody may change the bytes from now on. */
  appendUnread(name: string, bytes: Bytes, at: number, end: number): void {
    this.#lines.push(new UnreadLine(name, bytes, at, end));
  }

  /** Name and value of each line, as plain pairs. */
  entries(): [name: string, value: string][] {
    return this.#lines.map(({ name, value }) => [name, value]);
  }

  /** Continues the value of the last line after one space: what a folded line turns into (RFC 9112 §5.2). */
  extendLast(text: string): void {
    const last = this.#lines.pop();
    if (last)
      this.#lines.push({
        name: last.name,
        value: last.value === '' || text === '' ? last.value + text : `${last.value} ${text}`,
      });
  }

  /** The values of all lines with this name joined by `, ` (RFC 9110 §5.3), or undefined. Not for Set-Cookie. */
  get(name: string): string | undefined {
    let found: string | undefined;
    for (const line of this.#lines) {
      if (sameName(line.name, name)) found = found === undefined ? line.value : `${found}, ${line.value}`;
    }
    return found;
  }

  getAll(name: string): string[] {
    return this.#lines.filter((line) => sameName(line.name, name)).map((line) => line.value);
  }

  has(name: string): boolean {
    return this.#lines.some((line) => sameName(line.name, name));
  }

  /** Removes every line with this name; true when there was one. */
  delete(name: string): boolean {
    const before = this.#lines.length;
    let kept = 0;
    for (const line of this.#lines) if (!sameName(line.name, name)) this.#lines[kept++] = line;
    this.#lines.length = kept;
    return kept < before;
  }

  /** One line with this name, in the place of the first that there was, else at the end. */
  set(name: string, value: string): this {
    const at = this.#lines.findIndex((line) => sameName(line.name, name));
    if (at < 0) return this.append(name, value);
    const rest = this.#lines.splice(at).filter((line) => !sameName(line.name, name));
    this.#lines.push({ name, value }, ...rest);
    return this;
  }
}

/** Cheapest first: most names differ in length, and known names are the same string. */
function sameName(name: string, wanted: string): boolean {
  return name.length === wanted.length && (name === wanted || name.toLowerCase() === wanted.toLowerCase());
}

/** The elements of a comma-separated list of tokens, trimmed and in lower case; empty elements are passed over (RFC 9110 §5.6.1.2). */
export function listTokens(value: string): string[] {
  const tokens: string[] = [];
  for (const part of value.split(',')) {
    const token = part.replace(/^[ \t]+|[ \t]+$/g, '');
    if (token !== '') tokens.push(token.toLowerCase());
  }
  return tokens;
}
