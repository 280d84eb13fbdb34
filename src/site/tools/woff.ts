// WOFF 1 to plain OpenType (W3C WOFF 1.0, sections 3–5): the renderer of the social cards reads only the latter, and the
// font packages carry only the former. A header, a directory, and one zlib stream a table.
import { inflateSync } from 'node:zlib';

export function openWoff(woff: Buffer): Buffer {
  if (woff.readUInt32BE(0) !== 0x774f4646) throw new Error('not a WOFF 1 file');
  const flavor = woff.readUInt32BE(4);
  const count = woff.readUInt16BE(12);
  const directory = 12 + 16 * count;
  const parts: Buffer[] = [Buffer.alloc(directory)];
  const head = parts[0]!;
  const power = 2 ** Math.floor(Math.log2(count));
  head.writeUInt32BE(flavor, 0);
  head.writeUInt16BE(count, 4);
  head.writeUInt16BE(power * 16, 6);
  head.writeUInt16BE(Math.log2(power), 8);
  head.writeUInt16BE(count * 16 - power * 16, 10);
  let offset = directory;
  for (let i = 0; i < count; i++) {
    const at = 44 + 20 * i;
    const [where, packed, plain] = [
      woff.readUInt32BE(at + 4),
      woff.readUInt32BE(at + 8),
      woff.readUInt32BE(at + 12),
    ];
    const bytes = woff.subarray(where, where + packed);
    const table = packed < plain ? inflateSync(bytes) : bytes;
    woff.copy(head, 12 + 16 * i, at, at + 4);
    head.writeUInt32BE(woff.readUInt32BE(at + 16), 12 + 16 * i + 4);
    head.writeUInt32BE(offset, 12 + 16 * i + 8);
    head.writeUInt32BE(plain, 12 + 16 * i + 12);
    const padding = (4 - (plain % 4)) % 4;
    parts.push(table, Buffer.alloc(padding));
    offset += plain + padding;
  }
  return Buffer.concat(parts);
}
