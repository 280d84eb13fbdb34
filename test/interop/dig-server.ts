/**
 * A name server of bytes for the tests that put the real dig, host and nslookup beside ours: what it answers depends on
 * the name asked. It writes messages by hand, so that it can write those that no good server writes, too.
 *
 * `records.ts`-like names: `soa.test.` has a SOA record, and so on for each type. Names that begin with one of ODD's
 * keys are answered oddly: late, truncated, damaged, with a wrong ID.
 */
type Numbers = readonly number[];

interface Rr {
  readonly name: string;
  readonly type: number;
  readonly data: Numbers;
  readonly ttl?: number;
  readonly class?: number;
}
interface Question {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}
interface Option {
  readonly code: number;
  readonly data: Numbers;
}
interface Asked {
  readonly id: number;
  readonly flags: number;
  readonly questions: readonly Question[];
  /** Undefined without OPT. */
  readonly options: readonly Option[] | undefined;
}
interface Draft {
  id: number;
  /** The two bytes after the ID. */
  flags: number;
  rcode: number;
  questions: readonly Question[];
  answers: readonly Rr[];
  authorities: readonly Rr[];
  additionals: readonly Rr[];
  options: readonly Option[] | undefined;
  optSize: number;
  optTtl: number;
}

const QR = 0x8000;
const AA = 0x0400;
const TC = 0x0200;
const RD = 0x0100;
const RA = 0x0080;
const CD = 0x0010;

const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];
const u16 = (value: number): number[] => [(value >>> 8) & 255, value & 255];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];
const strings = (...texts: string[]): number[] => texts.flatMap((text) => [text.length, ...ascii(text)]);
/** Names here have no escapes. */
const nameOf = (text: string): number[] =>
  text === '.'
    ? [0]
    : [
        ...text
          .slice(0, -1)
          .split('.')
          .flatMap((label) => [label.length, ...ascii(label)]),
        0,
      ];
const ip4 = (text: string): number[] => text.split('.').map(Number);
const six = (last: number): number[] => [0x20, 1, 0xd, 0xb8, ...Array.from({ length: 11 }, () => 0), last];
/** Bytes that look like a key or a digest. */
const blob = (length: number): number[] => Array.from({ length }, (_, i) => (i * 7) & 255);

function soaOf(zone: string, ttl = 300): Rr {
  const times = [2026112001, 7200, 900, 604_800, 60].flatMap(u32);
  return {
    name: zone,
    type: 6,
    ttl,
    data: [...nameOf(`ns1.${zone}`), ...nameOf(`hostmaster.${zone}`), ...times],
  };
}

const LONG = 'a-rather-long-owner-name-that-goes-beyond.columns.test.';

/** Every record that there is, in the order in which an ANY query gives them. */
export const RECORDS: readonly Rr[] = [
  { name: 'a.test.', type: 1, data: ip4('192.0.2.1') },
  { name: 'a.test.', type: 1, ttl: 86_400, data: ip4('192.0.2.2') },
  { name: 'aaaa.test.', type: 28, data: six(1) },
  { name: 'both.test.', type: 1, data: ip4('192.0.2.4') },
  { name: 'both.test.', type: 28, data: six(4) },
  { name: 'both.test.', type: 15, data: [0, 5, ...nameOf('mail.test.')] },
  { name: 'both.test.', type: 16, data: strings('hello') },
  { name: LONG, type: 1, data: ip4('192.0.2.1') },
  ...[15, 16, 17, 18, 22, 23, 24, 25].map((n) => ({
    name: `${'x'.repeat(n - 6)}.test.`,
    type: 1,
    ttl: 10 ** (n % 8),
    data: ip4('192.0.2.3'),
  })),
  soaOf('soa.test.'),
  {
    name: 'zero.test.',
    type: 6,
    ttl: 0,
    data: [...nameOf('.'), ...nameOf('.'), ...[0, 0, 1, 90_061, 3600].flatMap(u32)],
  },
  { name: 'ns.test.', type: 2, data: nameOf('ns1.test.') },
  { name: 'ns.test.', type: 2, data: nameOf('ns2.test.') },
  { name: 'mx.test.', type: 15, data: [0, 10, ...nameOf('mail.test.')] },
  {
    name: 'mx.test.',
    type: 15,
    ttl: 100_000,
    data: [0, 20, ...nameOf('a-very-long-name-of-a-mail-server.mx.test.')],
  },
  { name: 'txt.test.', type: 16, data: strings('v=spf1 -all', 'se"mi;\\x', '\u0001\u00ff', '') },
  { name: 'hinfo.test.', type: 13, data: strings('PC', 'Lin ux') },
  { name: 'cname.test.', type: 5, data: nameOf('a.test.') },
  { name: 'dname.test.', type: 39, data: nameOf('a.test.') },
  { name: 'srv.test.', type: 33, data: [...u16(1), ...u16(2), ...u16(443), ...nameOf('a.test.')] },
  { name: 'caa.test.', type: 257, data: [0, 5, ...ascii('issue'), ...ascii('ca.test; x="1"')] },
  { name: 'caa.test.', type: 257, data: [128, 5, ...ascii('iodef'), ...ascii('mailto:a@test')] },
  {
    name: 'https.test.',
    type: 65,
    data: [...u16(1), 0, ...u16(1), ...u16(6), ...strings('h2', 'h3'), ...u16(4), ...u16(4), 192, 0, 2, 1],
  },
  { name: 'https.test.', type: 65, data: [...u16(0), ...nameOf('svc.test.')] },
  {
    name: 'svcb.test.',
    type: 64,
    data: [
      ...u16(16),
      ...nameOf('a.test.'),
      ...u16(0),
      ...u16(2),
      ...u16(3),
      ...u16(3),
      ...u16(2),
      ...u16(8443),
      ...u16(6),
      ...u16(16),
      ...six(1),
      ...u16(667),
      ...u16(5),
      ...ascii('hello'),
    ],
  },
  { name: 'ds.test.', type: 43, data: [...u16(38_696), 13, 2, ...blob(32)] },
  { name: 'dnskey.test.', type: 48, data: [...u16(257), 3, 13, ...blob(64)] },
  { name: 'dnskey.test.', type: 48, data: [...u16(256), 3, 8, ...blob(131)] },
  { name: 'dnskey.test.', type: 48, data: [...u16(385), 3, 15, ...blob(32)] },
  {
    name: 'rrsig.test.',
    type: 46,
    data: [
      ...u16(1),
      13,
      2,
      ...[300, 1_795_199_400, 1_793_199_400].flatMap(u32),
      ...u16(12_345),
      ...nameOf('test.'),
      ...blob(64),
    ],
  },
  { name: 'nsec.test.', type: 47, data: [...nameOf('a.test.'), 0, 6, 0x62, 1, 0x80, 8, 0, 3] },
  {
    name: '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.test.',
    type: 50,
    data: [1, 1, ...u16(0), 2, 0xab, 0xcd, 20, ...blob(20), 0, 1, 0x40],
  },
  {
    name: '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.test.',
    type: 50,
    data: [1, 0, ...u16(10), 0, 20, ...blob(20), 0, 1, 0x42],
  },
  { name: 'nsec3param.test.', type: 51, data: [1, 0, ...u16(0), 0] },
  { name: 'nsec3param.test.', type: 51, data: [1, 0, ...u16(5), 2, 0xab, 0xcd] },
  { name: 'unknown.test.', type: 65_280, data: [1, 2, 3, 4] },
  { name: 'unknown.test.', type: 65_280, data: [] },
  { name: 'unknown.test.', type: 65_280, data: blob(128) },
  { name: '1.2.0.192.in-addr.arpa.', type: 12, data: nameOf('a.test.') },
  {
    name: '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.',
    type: 12,
    data: nameOf('aaaa.test.'),
  },
];

const addressOfType = (question: Question, last: number): readonly Rr[] =>
  question.type === 28
    ? [{ name: question.name, type: 28, data: six(last) }]
    : question.type === 1
      ? [{ name: question.name, type: 1, data: [192, 0, 2, last] }]
      : [];

type Oddity = (draft: Draft, question: Question, isTcp: boolean) => void;

/** What the first label of a name makes of its answer. */
const ODD: Readonly<Record<string, Oddity>> = {
  nx: (draft) => {
    draft.rcode = 3;
    draft.authorities = [soaOf('test.')];
  },
  servfail: (draft) => void (draft.rcode = 2),
  refused: (draft) => void (draft.rcode = 5),
  notimp: (draft) => void (draft.rcode = 4),
  formerr: (draft) => {
    draft.rcode = 1;
    draft.options = undefined;
  },
  notimpplain: (draft) => {
    draft.rcode = 4;
    draft.options = undefined;
  },
  notauth: (draft) => void (draft.rcode = 9),
  badvers: (draft) => void (draft.optTtl = 0x0100_0000),
  badcookie: (draft) => {
    draft.rcode = 7;
    draft.optTtl = 0x0100_0000;
  },
  norec: (draft) => void (draft.flags &= ~RA),
  ad: (draft) => void (draft.flags |= 0x20),
  reserved: (draft) => void (draft.flags |= 0x40),
  ede: (draft) => {
    draft.rcode = 2;
    const errors = [
      [0, 22, ...ascii('no server\u0007 answered')],
      [0, 3],
      [1, 0],
    ];
    draft.options = [...(draft.options ?? []), ...errors.map((data) => ({ code: 15, data }))];
  },
  edes: (draft) => {
    const errors = Array.from({ length: 25 }, (_, info) => ({ code: 15, data: u16(info) }));
    draft.options = [...(draft.options ?? []), ...errors];
  },
  options: (draft) => {
    draft.optSize = 4096;
    draft.optTtl = 0x8000;
    draft.options = [
      { code: 3, data: ascii('ns1.test\u00ff') },
      { code: 8, data: [0, 1, 24, 16, 192, 0, 2] },
      { code: 8, data: [0, 2, 56, 48, 0x20, 1, 0xd, 0xb8, 0, 0, 0] },
      { code: 8, data: [0, 1, 0, 0] },
      { code: 11, data: u16(100) },
      { code: 11, data: [] },
      { code: 12, data: [0, 0, 0, 0] },
      { code: 12, data: [] },
      { code: 9, data: u32(66_051) },
      { code: 9, data: [] },
      { code: 65_001, data: [1, 2, 0x41] },
      { code: 13, data: [] },
      { code: 14, data: [...u16(19_036), ...u16(20_326)] },
      { code: 3, data: [] },
    ];
  },
  flags: (draft) => void (draft.optTtl = 0x4007),
  echo: (draft) =>
    void (draft.options = draft.options?.map(({ code, data }) => ({ code, data: data.slice(0, 8) }))),
  foreigncookie: (draft) => void (draft.options = [{ code: 10, data: blob(16) }]),
  tc: (draft, question, isTcp) => {
    if (isTcp) draft.answers = addressOfType({ ...question, type: 1 }, 9);
    else draft.flags |= TC;
  },
  tcpart: (draft, question) => {
    draft.flags |= TC;
    draft.answers = addressOfType({ ...question, type: 1 }, 9);
  },
  big: (draft, question, isTcp) => {
    if (!isTcp) draft.flags |= TC;
    else {
      const { name } = question;
      draft.answers = Array.from({ length: 40 }, (_, i) => ({
        name,
        type: 16,
        data: strings(`string ${i} ${'-'.repeat(40)}`),
      }));
    }
  },
  badid: (draft) => void (draft.id = (draft.id + 1) & 0xffff),
  otherquestion: (draft) => void (draft.questions = [{ name: 'x.test.', type: 1, class: 1 }]),
  noquestion: (draft) => void (draft.questions = []),
  query: (draft) => void (draft.flags &= ~QR),
  referral: (draft, { name }) => {
    draft.flags &= ~AA;
    draft.authorities = [
      { name, type: 2, data: nameOf(`ns1.${name}`) },
      { name, type: 2, data: nameOf('ns.else.test.') },
    ];
    draft.additionals = [{ name: `ns1.${name}`, type: 1, data: ip4('192.0.2.53') }];
  },
  cached: (draft, question) => {
    draft.flags &= ~AA;
    draft.answers = addressOfType(question, 77);
  },
  chain: (draft, { name, type }) => {
    draft.answers = [
      { name, type: 5, data: nameOf('c2.test.') },
      { name: 'c2.test.', type: 5, data: nameOf('both.test.') },
      ...RECORDS.filter((record) => record.name === 'both.test.' && record.type === type),
    ];
  },
  empty: () => {},
  damaged: (draft) => void (draft.authorities = [soaOf('test.')]),
};

/** What is done to the bytes, by first label. */
const BROKEN: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  damaged: (bytes) => bytes.slice(0, -3),
  trailing: (bytes) => Uint8Array.from([...bytes, 1, 2, 3]),
  trailingone: (bytes) => Uint8Array.from([...bytes, 1]),
  short: (bytes) => bytes.slice(0, 7),
};

/** The answer to the bytes of a query; undefined for silence. Over TCP `hangup.` is answered by the connection's end. */
export function respond(bytes: Uint8Array, isTcp: boolean): Uint8Array | 'hang up' | undefined {
  const asked = readQuery(bytes);
  const question = asked.questions[0] ?? { name: '.', type: 0, class: 1 };
  const name = question.name.toLowerCase();
  const first = name.split('.')[0]!;
  if (first === 'drop') return undefined;
  if (first === 'hangup' && isTcp) return 'hang up';
  const cookie = asked.options?.find(({ code }) => code === 10);
  const draft: Draft = {
    id: asked.id,
    flags: QR | AA | RA | (asked.flags & (RD | CD | 0x7800)),
    rcode: 0,
    questions: asked.questions,
    answers: [],
    authorities: [],
    additionals: [],
    options: asked.options && (cookie ? [{ code: 10, data: [...cookie.data.slice(0, 8), ...blob(16)] }] : []),
    optSize: 1232,
    optTtl: 0,
  };
  const oddity = ODD[first];
  if (oddity) oddity(draft, question, isTcp);
  else if (asked.questions.length > 0) answerFromRecords(draft, { ...question, name });
  const made = write(draft);
  return BROKEN[first]?.(made) ?? made;
}

function answerFromRecords(draft: Draft, { name, type }: Question): void {
  const own = RECORDS.filter((record) => record.name === name);
  draft.answers = own.filter((record) => record.type === type || record.type === 5 || type === 255);
  const alias = draft.answers.find((record) => record.type === 5);
  if (alias && name === 'cname.test.' && type !== 5)
    draft.answers = [
      ...draft.answers,
      ...RECORDS.filter((record) => record.name === 'a.test.' && record.type === type),
    ];
  if (own.length === 0) draft.rcode = 3;
  if (draft.answers.length === 0) draft.authorities = [soaOf('test.')];
}

function readQuery(bytes: Uint8Array): Asked {
  const at16 = (at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
  let at = 12;
  const name = (): string => {
    let text = '';
    for (let length = bytes[at++]!; length > 0; length = bytes[at++]!) {
      text += `${String.fromCharCode(...bytes.subarray(at, at + length))}.`;
      at += length;
    }
    return text === '' ? '.' : text;
  };
  const questions: Question[] = [];
  for (let n = at16(4); n > 0; n--) {
    questions.push({ name: name(), type: at16(at), class: at16(at + 2) });
    at += 4;
  }
  let options: Option[] | undefined;
  if (at16(10) > 0) {
    name();
    const end = at + 10 + at16(at + 8);
    options = [];
    for (at += 10; at < end; ) {
      const length = at16(at + 2);
      options.push({ code: at16(at), data: [...bytes.subarray(at + 4, at + 4 + length)] });
      at += 4 + length;
    }
  }
  return { id: at16(0), flags: at16(2), questions, options };
}

function write(draft: Draft): Uint8Array {
  const record = ({ name, type, data, ttl = 300, class: code = 1 }: Rr): number[] => [
    ...nameOf(name),
    ...u16(type),
    ...u16(code),
    ...u32(ttl),
    ...u16(data.length),
    ...data,
  ];
  const opt = draft.options?.flatMap(({ code, data }) => [...u16(code), ...u16(data.length), ...data]);
  const additionals = draft.additionals.map(record);
  if (opt)
    additionals.push([
      0,
      ...u16(41),
      ...u16(draft.optSize),
      ...u32(draft.optTtl),
      ...u16(opt.length),
      ...opt,
    ]);
  return Uint8Array.from([
    ...u16(draft.id),
    ...u16(draft.flags | draft.rcode),
    ...[draft.questions, draft.answers, draft.authorities, additionals].flatMap(({ length }) => u16(length)),
    ...draft.questions.flatMap(({ name, type, class: code }) => [
      ...nameOf(name),
      ...u16(type),
      ...u16(code),
    ]),
    ...[...draft.answers, ...draft.authorities].flatMap(record),
    ...additionals.flat(),
  ]);
}
