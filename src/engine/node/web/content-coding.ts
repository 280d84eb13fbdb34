/**
 * Undoes the codings that a body came in (RFC 9110 §8.4): gzip and deflate, which fetch asks for, piece by piece.
 *
 * Brotli and zstd are not here: fetch asks for neither over plain HTTP.
 */
import { Gunzip, Inflate, Unzlib } from 'fflate/browser';

/** Pieces in, pieces out. */
export interface Decoder {
  push(bytes: Uint8Array): Uint8Array<ArrayBuffer>[];
  end(): Uint8Array<ArrayBuffer>[];
}

/** Codings of one body; more are refused (CVE-2022-32206 was about that). */
const MAX_CODINGS = 5;

/** Undefined when the body is to be taken as it comes. Throws for what cannot be undone here. */
export function decoderOf(contentEncoding: string | null): Decoder | undefined {
  const codings = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (codings.length > MAX_CODINGS)
    throw new Error(
      `too many content-encodings in response: ${codings.length}, maximum allowed is ${MAX_CODINGS}`,
    );
  const known = codings.every((one) => ['x-gzip', 'gzip', 'deflate', 'br', 'zstd'].includes(one));
  if (!known || codings.length === 0) return undefined;
  return codings
    .reverse()
    .map(single)
    .reduce((first, second) => ({
      push: (bytes) => first.push(bytes).flatMap((piece) => second.push(piece)),
      end: () => [...first.end().flatMap((piece) => second.push(piece)), ...second.end()],
    }));
}

function single(coding: string): Decoder {
  if (coding === 'br' || coding === 'zstd')
    throw new Error(`the simulated Node does not decode content-encoding ${coding}, which it never asks for`);
  let stream: Gunzip | Unzlib | Inflate | undefined;
  let made: Uint8Array<ArrayBuffer>[] = [];
  let isOver = false;
  const push = (bytes: Uint8Array, isLast: boolean): Uint8Array<ArrayBuffer>[] => {
    if (!stream) {
      if (bytes.length === 0) return [];
      // "deflate" is zlib's format, and of some servers the bare one
      const isBare = (bytes[0]! & 0x0f) !== 8;
      stream = coding !== 'deflate' ? new Gunzip() : isBare ? new Inflate() : new Unzlib();
      if (coding !== 'deflate' && bytes[0] !== 0x1f) throw wrongHeader();
      stream.ondata = (piece, final) => {
        made.push(piece);
        isOver ||= final;
      };
    }
    if (isOver && bytes.length === 0) return [];
    stream.push(new Uint8Array(bytes), isLast);
    const pieces = made.filter((piece) => piece.length > 0);
    made = [];
    return pieces;
  };
  return { push: (bytes) => push(bytes, false), end: () => push(new Uint8Array(0), true) };
}

/** As zlib says it. */
function wrongHeader(): Error {
  return Object.assign(new Error('incorrect header check'), { errno: -3, code: 'Z_DATA_ERROR' });
}
