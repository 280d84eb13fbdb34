/**
 * A small true-colour PNG with stored (uncompressed) data (W3C PNG §11, RFC 1950 §2.2, RFC 1951 §3.2.4).
 *
 * ChaiCart's photograph must be a real image, so that whoever takes the capture can open it, and must not depend on
 * any library's compressor, so that its bytes are the same everywhere.
 */
import { type Bytes, concatBytes, fromLatin1, writeU32 } from '../base/bytes.ts';

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** CRC-32 as PNG and gzip use it. */
export function crc32(bytes: Bytes): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Adler-32 (RFC 1950 §2.2). */
export function adler32(bytes: Bytes): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** `pixel(x, y)` gives 0xRRGGBB. Width × height × 3 must stay below 65,000 bytes: one stored block. */
export function encodePng(width: number, height: number, pixel: (x: number, y: number) => number): Bytes {
  const row = 1 + width * 3;
  const raw = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = pixel(x, y);
      const at = y * row + 1 + x * 3;
      raw[at] = colour >>> 16;
      raw[at + 1] = colour >>> 8;
      raw[at + 2] = colour;
    }
  }
  const header = new Uint8Array(13);
  writeU32(header, 0, width);
  writeU32(header, 4, height);
  header.set([8, 2, 0, 0, 0], 8);
  const length = raw.length;
  const stored = Uint8Array.of(
    0x78,
    0x01,
    0x01,
    length & 255,
    length >>> 8,
    ~length & 255,
    (~length >>> 8) & 255,
  );
  const check = new Uint8Array(4);
  writeU32(check, 0, adler32(raw));
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return concatBytes([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', concatBytes([stored, raw, check])),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

function chunk(type: string, data: Bytes): Bytes {
  const body = concatBytes([fromLatin1(type), data]);
  const out = new Uint8Array(body.length + 8);
  writeU32(out, 0, data.length);
  out.set(body, 4);
  writeU32(out, body.length + 4, crc32(body));
  return out;
}
