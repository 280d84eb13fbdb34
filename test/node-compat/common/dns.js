// DNS messages for tests that are a name server themselves (RFC 1035 §4), and lookups that fail.

const types = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  TLSA: 52,
  ANY: 255,
  CAA: 257,
};
const classes = { IN: 1 };

const mockedErrorCode = 'ENOTFOUND';
const mockedSysCall = 'getaddrinfo';

/** A `lookup` that fails. */
function errorLookupMock(code = mockedErrorCode, syscall = mockedSysCall) {
  return function lookupWithError(hostname, _options, callback) {
    process.nextTick(() =>
      callback(
        Object.assign(new Error(`${syscall} ${code} ${hostname}`), { code, errno: code, syscall, hostname }),
      ),
    );
  };
}

/** A lookup by a table of one's own: `createMockedLookup('127.0.0.1', '::1')`. */
function createMockedLookup(...addresses) {
  const known = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return function lookup(_hostname, options, callback) {
    if (options.all === true) process.nextTick(() => callback(null, known));
    else process.nextTick(() => callback(null, known[0].address, known[0].family));
  };
}

function nameOf(domain) {
  const parts = domain.split('.').filter((part) => part !== '');
  return Buffer.concat([
    ...parts.map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part, 'latin1')])),
    Buffer.from([0]),
  ]);
}

function readName(buffer, at) {
  const labels = [];
  let end;
  for (let jumps = 0; jumps < 100; ) {
    const length = buffer[at];
    if (length >= 0xc0) {
      end ??= at + 2;
      at = ((length & 0x3f) << 8) | buffer[at + 1];
      jumps += 1;
      continue;
    }
    if (length === 0) return { name: labels.join('.'), end: end ?? at + 1 };
    labels.push(buffer.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  throw new Error('too many pointers');
}

const u16 = (value) => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
};
const u32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const text = (value) => Buffer.concat([Buffer.from([Buffer.byteLength(value)]), Buffer.from(value)]);

function ip6Bytes(address) {
  const [before, after] = address.split('::').map((side) => (side === '' ? [] : side.split(':')));
  const groups = after ? [...before, ...Array(8 - before.length - after.length).fill('0'), ...after] : before;
  return Buffer.concat(groups.map((group) => u16(Number.parseInt(group, 16))));
}

function dataOf(record) {
  switch (record.type) {
    case 'A':
      return Buffer.from(record.address.split('.').map(Number));
    case 'AAAA':
      return ip6Bytes(record.address);
    case 'NS':
    case 'CNAME':
    case 'PTR':
      return nameOf(record.value);
    case 'MX':
      return Buffer.concat([u16(record.priority), nameOf(record.exchange)]);
    case 'TXT':
      return Buffer.concat([record.entries].flat(2).map(text));
    case 'SRV':
      return Buffer.concat([u16(record.priority), u16(record.weight), u16(record.port), nameOf(record.name)]);
    case 'SOA':
      return Buffer.concat([
        nameOf(record.nsname),
        nameOf(record.hostmaster),
        ...[record.serial, record.refresh, record.retry, record.expire, record.minttl].map(u32),
      ]);
    case 'CAA':
      return Buffer.concat([Buffer.from([record.critical]), text('issue'), Buffer.from(record.issue)]);
    case 'TLSA':
      return Buffer.concat([
        Buffer.from([record.certUsage, record.selector, record.match]),
        Buffer.from(record.data),
      ]);
    default:
      throw new Error(`cannot write a record of type ${record.type}`);
  }
}

/** A message from its parts: `{ id, questions, answers, … }`. */
function writeDNSPacket(parsed) {
  const questions = parsed.questions ?? [];
  const sections = [parsed.answers ?? [], parsed.authorityAnswers ?? [], parsed.additionalRecords ?? []];
  const standard = 0x8180;
  return Buffer.concat([
    u16(parsed.id),
    u16(parsed.flags ?? standard),
    u16(questions.length),
    ...sections.map((section) => u16(section.length)),
    ...questions.map((one) =>
      Buffer.concat([nameOf(one.domain), u16(types[one.type]), u16(one.cls ?? classes.IN)]),
    ),
    ...sections.flat().map((record) => {
      const data = dataOf(record);
      return Buffer.concat([
        nameOf(record.domain),
        u16(types[record.type]),
        u16(record.cls ?? classes.IN),
        u32(record.ttl ?? 0),
        u16(data.length),
        data,
      ]);
    }),
  ]);
}

/** The questions of a message, and who asked. */
function parseDNSPacket(buffer) {
  const parsed = { id: buffer.readUInt16BE(0), flags: buffer.readUInt16BE(2), questions: [] };
  let at = 12;
  for (let left = buffer.readUInt16BE(4); left > 0; left--) {
    const { name, end } = readName(buffer, at);
    const type = buffer.readUInt16BE(end);
    parsed.questions.push({
      domain: name,
      type: Object.keys(types).find((key) => types[key] === type) ?? type,
      cls: buffer.readUInt16BE(end + 2),
    });
    at = end + 4;
  }
  return parsed;
}

module.exports = {
  types,
  classes,
  writeDNSPacket,
  parseDNSPacket,
  errorLookupMock,
  createMockedLookup,
  mockedErrorCode,
  mockedSysCall,
};
