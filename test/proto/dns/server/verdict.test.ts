/** What a server makes of questions: wildcards, renamings, cuts, extras, and what it does not give out. */
import { describe, expect, it } from 'vitest';
import { parseIp } from '../../../../src/engine/base/ip.ts';
import { makeQuery } from '../../../../src/engine/proto/dns/message.ts';
import type { DnsTransport } from '../../../../src/engine/proto/dns/packet.ts';
import { Authority, type AuthorityOptions } from '../../../../src/engine/proto/dns/server/authority.ts';
import { MAX_ALIASES } from '../../../../src/engine/proto/dns/server/verdict.ts';
import type { ZoneText } from '../../../../src/engine/proto/dns/zone/zone.ts';
import { EDE, parseType, rcodeName, TYPE } from '../../../../src/engine/wire/dns/code.ts';
import { extendedErrors } from '../../../../src/engine/wire/dns/edns.ts';
import { decodeDns, encodeDns } from '../../../../src/engine/wire/dns/fast.ts';
import { type DnsRecord, ednsOf, extendedRcode } from '../../../../src/engine/wire/dns/message.ts';
import { recordText } from '../../../../src/engine/wire/dns/text.ts';

const soa = '$TTL 300\n@ SOA ns.child.test. who.test. 1 7200 900 604800 60\n';

const parent: ZoneText = {
  origin: 'test.',
  text: `${soa}
@ NS ns.child
child NS ns.child
child NS ns.sister
sister NS ns.sister
ns.child A 192.0.2.1
ns.sister A 192.0.2.2
child DS 1 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
away NS ns.elsewhere.example.
`,
};

const child: ZoneText = {
  origin: 'child.test.',
  text: `${soa}
@ NS ns
ns A 192.0.2.1
@ MX 10 mail
mail A 192.0.2.25
mail AAAA 2001:db8::25
*.w TXT "from a wildcard"
below.w A 192.0.2.30
a.b.c A 192.0.2.31
old DNAME new
x.new A 192.0.2.32
grows DNAME more.grows
long DNAME ${`${'x'.repeat(62)}.`.repeat(3)}test.
@ HTTPS 1 . alpn=h2
@ A 192.0.2.80
svc HTTPS 0 pool.svc
pool.svc HTTPS 1 . alpn=h3
pool.svc A 192.0.2.81
cut NS ns.cut
ns.cut A 192.0.2.40
at-glue MX 10 ns.cut
${Array.from({ length: 20 }, (_, i) => `c${i} CNAME c${i + 1}`).join('\n')}
c20 A 192.0.2.33
`,
};

const FROM = parseIp('192.0.2.99');

interface Asked extends AuthorityOptions {
  readonly transport?: DnsTransport;
  readonly dnssecOk?: boolean;
  readonly zones?: readonly ZoneText[];
}

function ask(name: string, type: string, asked: Asked = {}) {
  const { transport = 'udp', dnssecOk = false, zones = [parent, child], ...options } = asked;
  const plain = makeQuery(1, name, parseType(type), false, 1232);
  const [opt] = plain.additionals;
  const query = { ...plain, additionals: [{ ...opt!, ttl: dnssecOk ? 0x8000 : 0 } as DnsRecord] };
  const arrival = { transport, from: FROM, port: 9, localPort: 53, bytes: encodeDns(query) };
  const { response, events } = new Authority(zones, options).answer(arrival, 0)!;
  const message = decodeDns(response!);
  const { detail } = events[0]!;
  return {
    message,
    detail,
    rcode: rcodeName(extendedRcode(message)),
    answers: message.answers.map(recordText),
    authorities: message.authorities.map(recordText),
    additionals: message.additionals.filter((record) => record.type !== TYPE.OPT).map(recordText),
  };
}

describe('names that stand for others', () => {
  it('says which wildcard stood for a name, and which did not', () => {
    const { answers, detail } = ask('any.thing.w.child.test.', 'TXT');
    expect(answers).toEqual(['any.thing.w.child.test. 300 IN TXT "from a wildcard"']);
    expect(detail).toMatchObject({ wildcard: '*.w.child.test.', result: 'answer' });
    expect(ask('any.w.child.test.', 'A').detail).toMatchObject({
      wildcard: '*.w.child.test.',
      result: 'nodata',
    });
    expect(ask('not.below.w.child.test.', 'TXT').detail['result']).toBe('nxdomain');
    expect(ask('*.w.child.test.', 'TXT').detail).not.toHaveProperty('wildcard');
  });

  it('renames what lies below a DNAME, with its TTL, and not the name itself', () => {
    const { answers, detail } = ask('x.old.child.test.', 'A');
    expect(answers).toEqual([
      'old.child.test. 300 IN DNAME new.child.test.',
      'x.old.child.test. 300 IN CNAME x.new.child.test.',
      'x.new.child.test. 300 IN A 192.0.2.32',
    ]);
    expect(detail['dname']).toBe('old.child.test.');
    expect(ask('old.child.test.', 'A').detail['result']).toBe('nodata');
    expect(ask('x.old.child.test.', 'CNAME').answers).toHaveLength(2);
    expect(ask('gone.old.child.test.', 'A').rcode).toBe('NXDOMAIN'); // RFC 6604 §3: of the last name
  });

  it('answers YXDOMAIN where the new name is too long, and ends where names would grow for ever', () => {
    const long = ask(`${'y'.repeat(63)}.long.child.test.`, 'A');
    expect([long.rcode, long.answers.length]).toEqual(['YXDOMAIN', 1]);
    expect(ask('a.grows.child.test.', 'A').answers).toHaveLength(2);
  });

  it('follows a chain so far and no further', () => {
    expect(ask('c0.child.test.', 'A').answers).toHaveLength(MAX_ALIASES + 1);
    expect(ask('c9.child.test.', 'A').answers.at(-1)).toBe('c20.child.test. 300 IN A 192.0.2.33');
  });

  it('says of an empty non-terminal that it exists (RFC 8020, RFC 9156)', () => {
    for (const name of ['c.child.test.', 'b.c.child.test.', 'new.child.test.', 'w.child.test.'])
      expect([ask(name, 'A').rcode, ask(name, 'NS').rcode], name).toEqual(['NOERROR', 'NOERROR']);
    expect(ask('b.b.c.child.test.', 'A').rcode).toBe('NXDOMAIN');
  });
});

describe('cuts', () => {
  const alone = { zones: [parent] };

  it('refers with the glue of the zone and of its sisters (RFC 9471 §2)', () => {
    const { message, authorities, additionals } = ask('www.child.test.', 'A', alone);
    expect(message.authoritative).toBe(false);
    expect(authorities).toEqual([
      'child.test. 300 IN NS ns.child.test.',
      'child.test. 300 IN NS ns.sister.test.',
    ]);
    expect(additionals).toEqual(['ns.child.test. 300 IN A 192.0.2.1', 'ns.sister.test. 300 IN A 192.0.2.2']);
    expect(ask('away.test.', 'A', alone).additionals).toEqual([]);
  });

  it('has the parent answer for DS, and keeps it out of referrals where nothing is signed', () => {
    const { answers, message } = ask('child.test.', 'DS');
    expect([answers.length, message.authoritative]).toEqual([1, true]);
    expect(ask('child.test.', 'DS', { zones: [child] }).detail['result']).toBe('nodata');
    expect(ask('www.child.test.', 'A', { ...alone, dnssecOk: true }).authorities).toHaveLength(2);
    const signed = { origin: 'test.', text: `${parent.text}@ DNSKEY 257 3 13 AwEAAag=\n` };
    expect(ask('www.child.test.', 'A', { zones: [signed], dnssecOk: true }).authorities).toHaveLength(3);
    expect(ask('www.child.test.', 'A', { zones: [signed] }).authorities).toHaveLength(2);
  });

  it('gives glue to nobody but those who are referred', () => {
    expect(ask('at-glue.child.test.', 'MX').additionals).toEqual([]);
    expect(ask('ns.cut.child.test.', 'A').detail['result']).toBe('referral');
  });
});

describe('what goes with an answer', () => {
  const mail = ['mail.child.test. 300 IN A 192.0.2.25', 'mail.child.test. 300 IN AAAA 2001:db8::25'];

  it.each([
    ['none', [], []],
    ['addresses', [], mail],
    ['all', ['child.test. 300 IN NS ns.child.test.'], [...mail, 'ns.child.test. 300 IN A 192.0.2.1']],
  ] as const)('extras: %s', (extras, authorities, additionals) => {
    const answer = ask('child.test.', 'MX', { extras });
    expect([answer.authorities, answer.additionals]).toEqual([authorities, additionals]);
  });

  it('adds addresses for services, and the service that an alias leads to (RFC 9460 §4.1)', () => {
    expect(ask('child.test.', 'HTTPS').additionals).toEqual(['child.test. 300 IN A 192.0.2.80']);
    expect(ask('svc.child.test.', 'HTTPS').additionals).toEqual([
      'pool.svc.child.test. 300 IN A 192.0.2.81',
      'pool.svc.child.test. 300 IN HTTPS 1 . alpn="h3"',
    ]);
  });

  it('gives one set to ANY over UDP, and all over TCP (RFC 8482 §4.1, §4.4)', () => {
    expect(ask('mail.child.test.', 'ANY').answers).toEqual(mail.slice(0, 1));
    expect(ask('mail.child.test.', 'ANY', { transport: 'tcp' }).answers).toEqual(mail);
    expect(ask('any.w.child.test.', 'ANY', { transport: 'tcp' }).answers).toHaveLength(1);
    expect(ask('c.child.test.', 'ANY', { transport: 'tcp' }).detail['result']).toBe('nodata');
  });

  it('repeats the DO bit (RFC 3225 §3)', () => {
    for (const dnssecOk of [true, false])
      expect(ednsOf(ask('child.test.', 'A', { dnssecOk }).message)!.dnssecOk).toBe(dnssecOk);
  });
});

describe('what is not given out', () => {
  it.each([
    ['child.test.', 'AXFR', 'REFUSED', EDE.PROHIBITED],
    ['child.test.', 'IXFR', 'REFUSED', EDE.PROHIBITED],
    ['www.child.test.', 'AXFR', 'NOTAUTH', undefined],
    ['www.example.', 'A', 'REFUSED', EDE.NOT_AUTHORITATIVE],
    ['www.example.', 'AXFR', 'REFUSED', EDE.NOT_AUTHORITATIVE],
    ['child.test.', 'TYPE250', 'REFUSED', undefined],
    ['child.test.', 'TYPE65280', 'NOERROR', undefined],
  ])('%s %s: %s', (name, type, rcode, error) => {
    const answer = ask(name, type);
    expect(answer.rcode).toBe(rcode);
    expect(extendedErrors(ednsOf(answer.message)!.options).map(({ code }) => code)).toEqual(
      error === undefined ? [] : [error],
    );
  });
});
