/** QNAME minimisation against RFC 9156: its example of labels, its tables of queries, and servers that are wrong about parts. */
import { describe, expect, it } from 'vitest';
import { parseIp } from '../../../../src/engine/base/ip.ts';
import { Random } from '../../../../src/engine/base/random.ts';
import type { ResolverConfig } from '../../../../src/engine/proto/dns/resolver/config.ts';
import { labelsPerStep, namesToShow } from '../../../../src/engine/proto/dns/resolver/minimise.ts';
import { Resolver } from '../../../../src/engine/proto/dns/resolver/resolver.ts';
import { Authority } from '../../../../src/engine/proto/dns/server/authority.ts';
import type { ZoneData } from '../../../../src/engine/proto/dns/zone/zone.ts';
import { RCODE, TYPE } from '../../../../src/engine/wire/dns/code.ts';
import { recordText } from '../../../../src/engine/wire/dns/text.ts';
import { type Responder, Script, served } from '../script.ts';
import { NS1, NS2, smallInternet } from '../small-internet.ts';

describe('labels', () => {
  it('are divided as in the example of RFC 9156 §2.3: 18 labels', () => {
    expect(labelsPerStep(18)).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3]);
  });

  it('are shown one by one where there are few, and all of them in at most ten steps', () => {
    expect(labelsPerStep(3)).toEqual([1, 1, 1]);
    for (let hidden = 0; hidden <= 127; hidden++) {
      const steps = labelsPerStep(hidden);
      expect(steps.reduce((sum, labels) => sum + labels, 0)).toBe(hidden);
      expect(steps.length).toBeLessThanOrEqual(10);
    }
  });

  it('that begin with an underscore are shown together (RFC 9156 §2.3)', () => {
    expect(namesToShow('_25._tcp.mail.example.org.', 'org.')).toEqual([
      'example.org.',
      'mail.example.org.',
      '_25._tcp.mail.example.org.',
    ]);
  });
});

const SOA = 'ns.org. h.org. 1 7200 900 604800 60';
const root: ZoneData = {
  origin: '.',
  records: [
    ['.', 3600, 'SOA', SOA],
    ['.', 3600, 'NS', 'a.root.'],
    ['a.root.', 3600, 'A', '192.0.2.1'],
    ['org.', 3600, 'NS', 'ns.org.'],
    ['ns.org.', 3600, 'A', '192.0.2.2'],
  ],
};
const org: ZoneData = {
  origin: 'org.',
  records: [
    ['org.', 3600, 'SOA', SOA],
    ['org.', 3600, 'NS', 'ns.org.'],
    ['ns.org.', 3600, 'A', '192.0.2.2'],
    ['example.org.', 3600, 'NS', 'ns.example.org.'],
    ['ns.example.org.', 3600, 'A', '192.0.2.3'],
  ],
};
const example: ZoneData = {
  origin: 'example.org.',
  records: [
    ['example.org.', 3600, 'SOA', SOA],
    ['example.org.', 3600, 'NS', 'ns.example.org.'],
    ['ns.example.org.', 3600, 'A', '192.0.2.3'],
    ['a.b.example.org.', 3600, 'MX', '10 mail.other.'],
  ],
};

function rfcInternet(options: Partial<ResolverConfig> = {}): Script<Resolver> {
  const hints = [{ name: 'a.root.', addresses: [parseIp('192.0.2.1')] }];
  const script = new Script(new Resolver({ hints, random: new Random(1), ...options }));
  [root, org, example].forEach((zone, i) => {
    script.server(`192.0.2.${i + 1}`, 0, new Authority([zone]));
  });
  return script;
}
const asked = (script: Script<Resolver>): string[] =>
  script.sent.map((line) => line.split(' ').slice(1).join(' '));

describe('the MX of a.b.example.org', () => {
  it('takes the queries of RFC 9156 §4, table 2', () => {
    const script = rfcInternet();
    script.client('a.b.example.org.', TYPE.MX);
    expect(asked(script)).toEqual([
      '192.0.2.1 org. A',
      '192.0.2.2 example.org. A',
      '192.0.2.3 b.example.org. A',
      '192.0.2.3 a.b.example.org. A',
      '192.0.2.3 a.b.example.org. MX',
    ]);
  });

  it('with a warm cache those of table 3', () => {
    const script = rfcInternet();
    script.client('org.', TYPE.NS);
    script.sent.length = 0;
    script.client('a.b.example.org.', TYPE.MX);
    expect(asked(script)[0]).toBe('192.0.2.2 example.org. A');
    expect(script.sent).toHaveLength(4);
  });

  it('without minimisation those of table 1', () => {
    const script = rfcInternet({ minimise: 'off' });
    script.client('a.b.example.org.', TYPE.MX);
    expect(asked(script)).toEqual([1, 2, 3].map((i) => `192.0.2.${i} a.b.example.org. MX`));
  });

  it('is not asked for parts that are known (§3 step 5)', () => {
    const script = rfcInternet();
    script.client('a.b.example.org.', TYPE.MX);
    script.sent.length = 0;
    script.client('c.b.example.org.', TYPE.A);
    expect(asked(script)).toEqual(['192.0.2.3 c.b.example.org. A']);
  });

  it('and its DS is asked of the parent (§3 (1a))', () => {
    const script = rfcInternet();
    script.client('example.org.', TYPE.DS);
    expect(asked(script)).toEqual(['192.0.2.1 org. A', '192.0.2.2 example.org. DS']);
  });
});

describe('a server that is wrong about parts of names', () => {
  const wrong =
    (rcode: number): Responder =>
    (query, now, sent) =>
      query.questions[0]!.name === 'b.example.org.'
        ? { ...query, response: true, authoritative: true, rcode }
        : served(new Authority([example]), sent, now);

  it.each([RCODE.NXDOMAIN, RCODE.SERVFAIL, RCODE.REFUSED, RCODE.NOTIMP])(
    'rcode %s: the whole name is asked',
    (rcode) => {
      const script = rfcInternet();
      script.server('192.0.2.3', 0, wrong(rcode));
      const answer = script.client('a.b.example.org.', TYPE.MX)!;
      expect(answer.answers.map(recordText)).toEqual(['a.b.example.org. 3600 IN MX 10 mail.other.']);
      expect(script.all('dns.resolver.whole-name').length).toBeLessThanOrEqual(1);
    },
  );

  it('is believed by a strict resolver: nothing is below what does not exist (§3 (6d))', () => {
    const script = rfcInternet({ minimise: 'strict' });
    script.server('192.0.2.3', 0, wrong(RCODE.NXDOMAIN));
    expect(script.client('a.b.example.org.', TYPE.MX)!.rcode).toBe(RCODE.NXDOMAIN);
    expect(script.sent).toHaveLength(3);
  });
});

describe('NXDOMAIN', () => {
  it('holds for what is below (RFC 8020 §2), unless told otherwise', () => {
    for (const nxdomainCut of [true, false]) {
      const script = smallInternet(1, { nxdomainCut });
      script.client('nobody.chaicart.example.', TYPE.A);
      const before = script.sent.length;
      expect(script.client('deep.below.nobody.chaicart.example.', TYPE.MX)!.rcode).toBe(RCODE.NXDOMAIN);
      expect(script.sent.length > before).toBe(!nxdomainCut);
    }
  });

  it('of a part is passed on only after the whole name was asked', () => {
    const script = smallInternet();
    expect(script.client('a.nobody.chaicart.example.', TYPE.A)!.rcode).toBe(RCODE.NXDOMAIN);
    expect(script.sent.slice(-2).map((line) => line.split(' ')[2])).toEqual([
      'nobody.chaicart.example.',
      'a.nobody.chaicart.example.',
    ]);
    expect([NS1, NS2]).toContain(script.sent.at(-1)!.split(' ')[1]);
  });
});
