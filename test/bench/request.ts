/** Reading HTTP/1.1 requests as a browser sends them: request line, ten fields, all values as text, no content. */
import { fromLatin1 } from '../../src/engine/base/bytes.ts';
import { requestFrame } from '../../src/engine/proto/http1/framing.ts';
import { DEFAULT_LIMITS, MessageReader } from '../../src/engine/proto/http1/reader.ts';
import { parseRequestLine, type RequestLine } from '../../src/engine/wire/http1.ts';
import { inTurns, optional, pairRow, type Row } from './measure.ts';

const REQUEST = [
  'GET /menu.json?day=friday HTTP/1.1',
  'Host: www.chaicart.example',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Accept-Language: en-GB,en;q=0.5',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Connection: keep-alive',
  'Referer: http://www.chaicart.example/',
  'Cookie: cart=3f0c2a; seen=1',
  'If-None-Match: "5f-63b1"',
  'Cache-Control: max-age=0',
  '',
  '',
].join('\r\n');
const bytes = fromLatin1(REQUEST);
const ROUNDS = 100_000;
const FIELDS = 10;

function ours(): number {
  const reader = new MessageReader<RequestLine>(DEFAULT_LIMITS, 'strict', parseRequestLine);
  let fields = 0;
  let letters = 0;
  for (let i = 0; i < ROUNDS; i++) {
    reader.push(bytes);
    const head = reader.readHead()!;
    for (const { name, value } of head.fields) {
      fields += 1;
      letters += name.length + value.length;
    }
    reader.beginBody(requestFrame(head.start.version, head.fields));
    if (reader.readBody() !== 'end') throw new Error('content where there is none');
    reader.beginMessage();
  }
  if (fields !== FIELDS * ROUNDS || letters === 0) throw new Error('fields are missing');
  return ROUNDS;
}

interface Llhttp {
  readonly memory: WebAssembly.Memory;
  llhttp_alloc(type: number): number;
  llhttp_execute(parser: number, at: number, length: number): number;
  malloc(size: number): number;
}

/** llhttp in WebAssembly as undici ships it, with the strings taken out as Node does. */
async function llhttp(): Promise<() => number> {
  // @ts-expect-error: no types
  const { default: code } = (await import('undici/lib/llhttp/llhttp_simd-wasm.js')) as {
    default: Uint8Array;
  };
  let fields = 0;
  let letters = 0;
  let done = 0;
  const take = (_: number, at: number, length: number): number => {
    letters += Buffer.from(exports.memory.buffer, at, length).toString('latin1').length;
    return 0;
  };
  const { instance } = await WebAssembly.instantiate(code as Uint8Array<ArrayBuffer>, {
    env: {
      wasm_on_url: take,
      wasm_on_status: () => 0,
      wasm_on_message_begin: () => 0,
      wasm_on_header_field: (parser: number, at: number, length: number) => {
        fields += 1;
        return take(parser, at, length);
      },
      wasm_on_header_value: take,
      wasm_on_headers_complete: () => 0,
      wasm_on_body: () => 0,
      wasm_on_message_complete: () => {
        done += 1;
        return 0;
      },
    },
  });
  const exports = instance.exports as unknown as Llhttp;
  const parser = exports.llhttp_alloc(1);
  const at = exports.malloc(bytes.length);
  return () => {
    fields = letters = done = 0;
    for (let i = 0; i < ROUNDS; i++) {
      new Uint8Array(exports.memory.buffer, at, bytes.length).set(bytes);
      if (exports.llhttp_execute(parser, at, bytes.length) !== 0)
        throw new Error('llhttp refuses the request');
    }
    if (fields !== FIELDS * ROUNDS || done !== ROUNDS || letters === 0) throw new Error('fields are missing');
    return ROUNDS;
  };
}

export async function rows(): Promise<Row[]> {
  const theirs = await optional(llhttp);
  return [
    pairRow(
      'HTTP/1.1 request read',
      'requests/s',
      inTurns(ours, theirs),
      'llhttp in WebAssembly (undici)',
      1,
    ),
  ];
}
