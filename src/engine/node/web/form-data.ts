/**
 * `FormData` (XHR §5) and its form on the wire, `multipart/form-data` (RFC 7578), both ways.
 */
import { toLatin1 } from '../../base/bytes.ts';
import type { NodeProcess } from '../node-process.ts';
import { blobs, type File, joined } from './blob.ts';
import { randomBytes } from './chance.ts';
import { requireArguments, shownValue, usvString } from './fetch-idl.ts';
import { finishInterface, INSPECT, type Inspect } from './idl.ts';

export type FormDatas = ReturnType<typeof formDatas>;
export type FormData = InstanceType<FormDatas['FormData']>;
type Value = string | File;

export function formDatas(node: NodeProcess) {
  const { Blob, File, blobBytes } = node.load(blobs);

  class FormData {
    declare readonly [Symbol.iterator]: () => Generator<[string, Value], undefined>;
    declare readonly [Symbol.toStringTag]: string;
    #entries: { name: string; value: Value }[] = [];

    constructor(form: unknown = undefined) {
      if (form !== undefined)
        throw new TypeError('FormData constructor: Argument 1 could not be converted to: undefined.');
    }

    append(name: unknown, value: unknown, filename?: unknown): void {
      requireArguments(arguments.length, 2, 'FormData.append');
      this.#entries.push(entry(name, value, filename, arguments.length, 'FormData.append'));
    }
    delete(name: unknown): void {
      requireArguments(arguments.length, 1, 'FormData.delete');
      const wanted = usvString(name);
      this.#entries = this.#entries.filter((one) => one.name !== wanted);
    }
    get(name: unknown): Value | null {
      requireArguments(arguments.length, 1, 'FormData.get');
      const wanted = usvString(name);
      return this.#entries.find((one) => one.name === wanted)?.value ?? null;
    }
    getAll(name: unknown): Value[] {
      requireArguments(arguments.length, 1, 'FormData.getAll');
      const wanted = usvString(name);
      return this.#entries.filter((one) => one.name === wanted).map((one) => one.value);
    }
    has(name: unknown): boolean {
      requireArguments(arguments.length, 1, 'FormData.has');
      const wanted = usvString(name);
      return this.#entries.some((one) => one.name === wanted);
    }
    set(name: unknown, value: unknown, filename?: unknown): void {
      requireArguments(arguments.length, 2, 'FormData.set');
      const made = entry(name, value, filename, arguments.length, 'FormData.set');
      const at = this.#entries.findIndex((one) => one.name === made.name);
      if (at < 0) this.#entries.push(made);
      else
        this.#entries = this.#entries.flatMap((one, i) =>
          i === at ? [made] : one.name === made.name ? [] : [one],
        );
    }

    *entries(): Generator<[string, Value], undefined> {
      for (let i = 0; i < this.#entries.length; i++) {
        const { name, value } = this.#entries[i]!;
        yield [name, value];
      }
    }
    *keys(): Generator<string, undefined> {
      for (const [name] of this.entries()) yield name;
    }
    *values(): Generator<Value, undefined> {
      for (const [, value] of this.entries()) yield value;
    }
    forEach(callback: unknown, self?: unknown): void {
      requireArguments(arguments.length, 1, 'FormData.forEach');
      if (typeof callback !== 'function')
        throw new TypeError(
          "Failed to execute 'forEach' on 'FormData': parameter 1 is not of type 'Function'.",
        );
      for (const [name, value] of this.entries()) callback.call(self, value, name, this);
    }

    [INSPECT](depth: number, options: { depth?: number | null }, inspect: Inspect): string {
      const shown: Record<string, Value | Value[]> = {};
      for (const { name, value } of this.#entries) {
        const known = shown[name];
        if (known === undefined) shown[name] = value;
        else if (Array.isArray(known)) known.push(value);
        else shown[name] = [known, value];
      }
      return `FormData ${inspect(shown, { ...options, depth: options.depth ?? depth })}`;
    }
  }
  Object.defineProperty(FormData.prototype, Symbol.iterator, {
    value: FormData.prototype.entries,
    writable: true,
    configurable: true,
  });
  finishInterface(FormData, [
    ...['append', 'delete', 'get', 'getAll', 'has', 'set', 'entries', 'keys', 'values', 'forEach'],
  ]);

  function entry(
    name: unknown,
    value: unknown,
    filename: unknown,
    count: number,
    where: string,
  ): { name: string; value: Value } {
    const key = usvString(name);
    if (count > 2 && !(value instanceof Blob))
      throw new TypeError(`${where}: Expected value ("${shownValue(value)}") to be an instance of Blob.`);
    if (!(value instanceof Blob)) return { name: key, value: usvString(value) };
    if (filename === undefined && value instanceof File) return { name: key, value };
    const called = filename === undefined ? 'blob' : usvString(filename);
    const { type } = value;
    const lastModified = value instanceof File ? value.lastModified : undefined;
    return { name: key, value: new File([value], called, { type, lastModified }) };
  }

  /** The form as bytes, with the boundary between its parts. */
  function multipart(form: FormData): { bytes: Uint8Array<ArrayBuffer>; boundary: string } {
    const chance = new DataView(randomBytes(node, 8).buffer);
    const digits = String(chance.getUint32(0) * 2 + (chance.getUint32(4) & 1)).slice(0, 11);
    const boundary = `----formdata-undici-0${digits.padStart(11, '0')}`;
    const encoder = new TextEncoder();
    const parts: Uint8Array[] = [];
    for (const [name, value] of form.entries()) {
      const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(crlf(name))}"`;
      if (typeof value === 'string') parts.push(encoder.encode(`${head}\r\n\r\n${crlf(value)}\r\n`));
      else {
        const type = value.type || 'application/octet-stream';
        const filename = escaped(value instanceof File ? value.name : 'blob');
        parts.push(
          encoder.encode(`${head}; filename="${filename}"\r\nContent-Type: ${type}\r\n\r\n`),
          blobBytes(value),
          encoder.encode('\r\n'),
        );
      }
    }
    parts.push(encoder.encode(`--${boundary}--\r\n`));
    return { bytes: joined(parts), boundary };
  }

  /** Reads a form; undefined when the bytes are none. */
  function parseMultipart(bytes: Uint8Array, boundary: string): FormData | undefined {
    const form = new FormData();
    const text = toLatin1(bytes);
    const mark = `--${boundary}`;
    let at = text.indexOf(mark);
    if (at < 0) return undefined;
    for (;;) {
      at += mark.length;
      if (text.startsWith('--', at)) return form;
      if (!text.startsWith('\r\n', at)) return undefined;
      const headEnd = text.indexOf('\r\n\r\n', at);
      const end = text.indexOf(`\r\n${mark}`, Math.max(headEnd + 2, at));
      if (headEnd < 0 || end < 0) return undefined;
      const head = partHead(text.slice(at + 2, headEnd));
      if (!head) return undefined;
      const body = bytes.slice(headEnd + 4, Math.max(end, headEnd + 4));
      if (head.filename === undefined) form.append(head.name, new TextDecoder().decode(body));
      else form.append(head.name, new File([body], head.filename, { type: head.type }));
      at = end + 2;
    }
  }

  return { FormData, multipart, parseMultipart };
}

interface PartHead {
  readonly name: string;
  readonly filename: string | undefined;
  readonly type: string;
}

/** `Content-Disposition` and `Content-Type` of a part, whose letters are bytes of UTF-8. */
function partHead(text: string): PartHead | undefined {
  let name: string | undefined;
  let filename: string | undefined;
  let type: string | undefined;
  for (const line of text.split('\r\n')) {
    const field = /^([^:\s]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (!field) return undefined;
    if (/^content-type$/i.test(field[1]!)) type = field[2];
    if (!/^content-disposition$/i.test(field[1]!)) continue;
    if (!/^form-data;/i.test(field[2]!)) return undefined;
    name = quoted(field[2]!, 'name');
    filename = quoted(field[2]!, 'filename');
  }
  if (name === undefined) return undefined;
  return { name, filename, type: type ?? 'text/plain' };
}

function quoted(value: string, parameter: string): string | undefined {
  const found = new RegExp(`;[ \\t]*${parameter}="([^"]*)"`, 'i').exec(value)?.[1];
  if (found === undefined) return undefined;
  const plain = found.replace(/%0A/gi, '\n').replace(/%0D/gi, '\r').replace(/%22/g, '"');
  return new TextDecoder().decode(Uint8Array.from(plain, (letter) => letter.charCodeAt(0)));
}

function escaped(text: string): string {
  return text.replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22');
}

/** Each line break as CRLF. */
function crlf(text: string): string {
  return text.replace(/\r\n|\r|\n/g, '\r\n');
}
