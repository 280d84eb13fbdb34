// DNS messages (RFC 1035 §4.1), as far as one question and its answers need them.

export const TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, MX: 15, TXT: 16, AAAA: 28 };
const TYPE_NAME = Object.fromEntries(
  Object.entries(TYPE).map(([name, code]) => [code, name]),
);
export const RCODE = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
];

/** A question with recursion desired. */
export function encodeQuery(id, name, type) {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(0x0100, 2); // flags: only RD
  header.writeUInt16BE(1, 4); // one question
  const end = Buffer.alloc(4);
  end.writeUInt16BE(TYPE[type], 0);
  end.writeUInt16BE(1, 2); // class IN
  return Buffer.concat([header, encodeName(name), end]);
}

function encodeName(name) {
  const labels = name
    .split('.')
    .filter(Boolean)
    .map((label) => Buffer.from(label, 'ascii'));
  if (labels.some(({ length }) => length > 63))
    throw new RangeError(`a label of ${name} is too long`);
  // each label with its length before it; the root's, which is empty, ends the name
  return Buffer.concat([
    ...labels.flatMap((label) => [Buffer.of(label.length), label]),
    Buffer.of(0),
  ]);
}

export function decode(message) {
  const flags = message.readUInt16BE(2);
  let at = 12;
  for (let left = message.readUInt16BE(4); left > 0; left--)
    at = decodeName(message, at).end + 4;
  const answers = [];
  for (let left = message.readUInt16BE(6); left > 0; left--) {
    const { name, end } = decodeName(message, at);
    const type = message.readUInt16BE(end);
    const data = end + 10;
    const length = message.readUInt16BE(end + 8);
    answers.push({
      name,
      type: TYPE_NAME[type] ?? `TYPE${type}`,
      ttl: message.readUInt32BE(end + 4),
      data: decodeData(message, type, data, length),
    });
    at = data + length;
  }
  return {
    id: message.readUInt16BE(0),
    isResponse: (flags & 0x8000) !== 0,
    flags: ['QR', 'AA', 'TC', 'RD', 'RA'].filter(
      (_, i) => flags & [0x8000, 0x400, 0x200, 0x100, 0x80][i],
    ),
    rcode: RCODE[flags & 15] ?? `RCODE${flags & 15}`,
    answers,
  };
}

/** The name that begins at `at`, and its end. Names may point back to earlier ones (§4.1.4). */
function decodeName(message, at) {
  const labels = [];
  let end;
  for (let jumps = 0; ; ) {
    const length = message.readUInt8(at);
    if (length >= 0xc0) {
      // two bytes: the place in this message where the name goes on
      end ??= at + 2;
      if (++jumps > 20) throw new Error('pointers in a circle');
      at = message.readUInt16BE(at) & 0x3fff;
    } else if (length === 0) {
      return { name: labels.join('.') || '.', end: end ?? at + 1 };
    } else {
      labels.push(message.toString('ascii', at + 1, at + 1 + length));
      at += 1 + length;
    }
  }
}

function decodeData(message, type, at, length) {
  const bytes = message.subarray(at, at + length);
  if (type === TYPE.A) return bytes.join('.');
  if (type === TYPE.AAAA) return bytes.toString('hex').match(/.{4}/g).join(':');
  if (type === TYPE.CNAME || type === TYPE.NS) return decodeName(message, at).name;
  if (type === TYPE.MX)
    return `${bytes.readUInt16BE(0)} ${decodeName(message, at + 2).name}`;
  if (type === TYPE.TXT)
    return JSON.stringify(bytes.toString('utf8', 1, 1 + bytes[0]));
  return `${length} bytes`;
}
