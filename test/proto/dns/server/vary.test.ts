/** Answers that vary, with the option that tells a client's network (RFC 7871), and what limits and identifies answers. */
import { describe, expect, it } from 'vitest';
import { Misuse } from '../../../../src/engine/base/errors.ts';
import { parseIp } from '../../../../src/engine/base/ip.ts';
import { Random } from '../../../../src/engine/base/random.ts';
import { MILLISECOND, SECOND } from '../../../../src/engine/base/units.ts';
import { makeQuery } from '../../../../src/engine/proto/dns/message.ts';
import type { DnsTransport } from '../../../../src/engine/proto/dns/packet.ts';
import { Authority, type AuthorityOptions } from '../../../../src/engine/proto/dns/server/authority.ts';
import type { VariedSet } from '../../../../src/engine/proto/dns/server/vary.ts';
import type { ZoneData } from '../../../../src/engine/proto/dns/zone/zone.ts';
import { EDE, OPTION, TYPE } from '../../../../src/engine/wire/dns/code.ts';
import {
  clientSubnetOption,
  type EdnsOption,
  extendedErrors,
  findOption,
  nsidOption,
  readClientSubnet,
  subnetText,
} from '../../../../src/engine/wire/dns/edns.ts';
import { decodeDns, encodeDns } from '../../../../src/engine/wire/dns/fast.ts';
import { type DnsMessage, ednsOf, optRecord } from '../../../../src/engine/wire/dns/message.ts';
import { dataText } from '../../../../src/engine/wire/dns/text.ts';

const EU = '203.0.113.10';
const US = '203.0.113.20';
const ASIA = '203.0.113.30';

const zone: ZoneData = {
  origin: 'shop.example.',
  records: [
    ['shop.example.', 3600, 'SOA', 'ns.shop.example. who.shop.example. 7 7200 900 604800 60'],
    ['shop.example.', 3600, 'NS', 'ns.shop.example.'],
    ['ns.shop.example.', 3600, 'A', '192.0.2.53'],
    ...[EU, US, ASIA].map((data) => ['www.shop.example.', 60, 'A', data] as const),
    ...[EU, US].map((data) => ['*.any.shop.example.', 60, 'A', data] as const),
    ['shop.example.', 60, 'MX', '10 www.shop.example.'],
  ],
};

const places: VariedSet = {
  name: 'www.shop.example.',
  type: 'A',
  bySubnet: [
    { network: '198.51.0.0/16', data: [EU, US], label: 'Atlantic' },
    { network: '198.51.100.0/24', data: [EU], label: 'Europe' },
    { network: '2001:db8:a::/48', data: [ASIA], label: 'Asia' },
  ],
};

interface Asked {
  readonly from?: string;
  readonly name?: string;
  readonly type?: number;
  readonly options?: readonly EdnsOption[];
  readonly transport?: DnsTransport;
  readonly now?: number;
}

function ask(server: Authority, asked: Asked = {}) {
  const { from = '192.0.2.9', name = 'www.shop.example.', type = TYPE.A, transport = 'udp', now = 0 } = asked;
  const query = makeQuery(1, name, type, false, undefined);
  const bytes = encodeDns(
    asked.options ? { ...query, additionals: [optRecord(1232, 0, asked.options)] } : query,
  );
  const answer = server.answer({ transport, from: parseIp(from), port: 9, localPort: 53, bytes }, now)!;
  const message = answer.response && decodeDns(answer.response);
  return { message, data: message?.answers.map(dataText), ...answer.events[0]! };
}

function authority(set: VariedSet, options: AuthorityOptions = {}): Authority {
  return new Authority([zone], { varied: [set], ...options });
}

function scopeOf(message: DnsMessage | undefined): string | undefined {
  const data = message && findOption(ednsOf(message)?.options, OPTION.ECS);
  return data && subnetText(readClientSubnet(data));
}

describe('by turns and by weight', () => {
  it('gives each record the first place in turn, the set being whole', () => {
    const server = authority({ name: 'WWW.shop.example.', type: 'A', choose: 'rotate' });
    expect([1, 2, 3, 4].map(() => ask(server).data)).toEqual([
      [EU, US, ASIA],
      [US, ASIA, EU],
      [ASIA, EU, US],
      [EU, US, ASIA],
    ]);
    expect(ask(server).detail['reason']).toMatch(/round robin: 203\.0\.113\.20 comes first/);
  });

  it('draws one by weight, the same for the same seed', () => {
    const set: VariedSet = {
      name: 'www.shop.example.',
      type: 'A',
      choose: { weights: { [EU]: 9, [US]: 1 } },
    };
    const draw = (seed: number) => {
      const server = authority(set, { random: new Random(seed) });
      return Array.from({ length: 500 }, () => ask(server).data!.join());
    };
    const drawn = draw(1);
    expect(drawn).toEqual(draw(1));
    expect(drawn).not.toEqual(draw(2));
    expect(drawn.filter((data) => data === EU).length).toBeGreaterThan(420);
    expect(drawn.filter((data) => data === EU).length).toBeLessThan(480);
    expect(drawn).not.toContain(ASIA);
    expect(() => authority(set)).toThrow(Misuse);
  });

  it('works where a wildcard stands for the name', () => {
    const server = authority({ name: '*.any.shop.example.', type: 'A', choose: 'rotate' });
    expect(['a', 'b'].map((label) => ask(server, { name: `${label}.any.shop.example.` }).data)).toEqual([
      [EU, US],
      [US, EU],
    ]);
    expect(ask(server, { name: 'c.any.shop.example.' }).detail['wildcard']).toBe('*.any.shop.example.');
  });
});

describe('by where the client is', () => {
  const server = authority(places);

  it('looks at the asker, the longest prefix first; strangers get all', () => {
    expect(ask(server, { from: '198.51.100.7' }).data).toEqual([EU]);
    expect(ask(server, { from: '198.51.7.7' }).data).toEqual([EU, US]);
    expect(ask(server, { from: '2001:db8:a::1' }).data).toEqual([ASIA]);
    expect(ask(server, { from: '192.0.2.1' }).data).toEqual([EU, US, ASIA]);
    expect(ask(server, { from: '198.51.100.7' }).detail['reason']).toMatch(
      /198\.51\.100\.7\/32 is in 198\.51\.100\.0\/24 \(Europe\)/,
    );
  });

  it.each([
    // [network told, answer, scope]
    ['198.51.100.0', 24, [EU], '198.51.100.0/24/24'],
    ['198.51.7.0', 24, [EU, US], '198.51.7.0/24/18'],
    ['198.51.0.0', 16, [EU, US], '198.51.0.0/16/24'], // more bits would tell more
    ['192.0.2.0', 24, [EU, US, ASIA], '192.0.2.0/24/6'],
    ['2001:db8:a::', 56, [ASIA], '2001:db8:a::/56/48'],
  ] as const)(
    'believes the resolver about %s/%i, and says for whom it holds',
    (address, bits, data, scope) => {
      const options = [clientSubnetOption(parseIp(address), bits)];
      const { message, data: got, detail } = ask(server, { from: '198.51.100.7', options });
      expect(got).toEqual(data);
      expect(scopeOf(message)).toBe(scope);
      expect(detail['subnet']).toBe(`${address}/${bits}`);
    },
  );

  it('says nothing of networks when not asked, and scope 0 where they decide nothing', () => {
    expect(scopeOf(ask(server, { options: [] }).message)).toBeUndefined();
    const options = [clientSubnetOption(parseIp('198.51.100.0'), 24)];
    expect(scopeOf(ask(server, { name: 'ns.shop.example.', options }).message)).toBe('198.51.100.0/24/0');
    expect(scopeOf(ask(server, { name: 'nobody.shop.example.', options }).message)).toBe('198.51.100.0/24/0');
    // RFC 7871 §7.2.1: a server that does not use the option does not answer with it
    expect(scopeOf(ask(new Authority([zone]), { options }).message)).toBeUndefined();
  });

  it('takes the asker for the client when the resolver wants nothing told', () => {
    const { message, data } = ask(server, {
      from: '198.51.100.7',
      options: [clientSubnetOption(parseIp('0.0.0.0'), 0)],
    });
    expect([data, scopeOf(message)]).toEqual([[EU], '0.0.0.0/0/0']);
  });

  it('answers an option against the rules with FORMERR', () => {
    for (const bytes of [
      [0, 1],
      [0, 1, 24, 0, 1, 2, 3, 4],
      [0, 1, 8, 8, 10],
      [0, 3, 8, 0, 1],
      [0, 1, 4, 0, 0xff],
    ]) {
      const options = [{ code: OPTION.ECS, data: Uint8Array.from(bytes) }];
      expect(ask(server, { options }).detail['rcode'], String(bytes)).toBe('FORMERR');
    }
  });

  it('keeps answers that depend on a network out of the additional section (RFC 9460 §4.4)', () => {
    const mail = { name: 'shop.example.', type: TYPE.MX };
    expect(ask(server, mail).message!.additionals).toEqual([]);
    expect(ask(new Authority([zone]), mail).message!.additionals).toHaveLength(3);
  });
});

describe('by health', () => {
  it('leaves out what is down, and gives all when all is down', () => {
    const server = authority({ ...places, byHealth: true });
    const here = { from: '198.51.7.7' };
    expect(server.setHealth(EU, false)).toEqual({
      kind: 'dns.authority.health',
      detail: { target: EU, up: false, changed: true },
    });
    expect(ask(server, here).data).toEqual([US]);
    expect(ask(server, here).detail['reason']).toMatch(/203\.0\.113\.10 is down/);
    server.setHealth(US, false);
    expect(ask(server, here).data).toEqual([EU, US]);
    expect(ask(server, here).detail['reason']).toMatch(/everything is down/);
    server.setHealth(EU, true);
    expect(ask(server, here).data).toEqual([EU]);
    expect(server.setHealth(EU, true).detail['changed']).toBe(false);
    expect(() => new Authority([zone]).setHealth(EU, true)).toThrow(Misuse);
  });
});

describe('zones that change', () => {
  it('serves the new version from the next query on, and says both serials', () => {
    const server = new Authority([zone]);
    const next: ZoneData = {
      origin: 'shop.example.',
      records: [
        ['shop.example.', 3600, 'SOA', 'ns.shop.example. who.shop.example. 8 7200 900 604800 60'],
        ['shop.example.', 3600, 'NS', 'ns.elsewhere.example.'],
      ],
    };
    expect(server.replace(next)).toEqual({
      kind: 'dns.authority.zone',
      detail: { zone: 'shop.example.', serialBefore: 7, serialAfter: 8 },
    });
    expect(ask(server).detail['result']).toBe('nxdomain');
    expect(server.remove('Shop.example.')!.detail).toEqual({
      zone: 'shop.example.',
      serialBefore: 8,
      serialAfter: null,
    });
    expect(server.remove('shop.example.')).toBeUndefined();
    const { message, detail } = ask(server, { options: [] });
    expect(detail['rcode']).toBe('REFUSED');
    expect(extendedErrors(ednsOf(message!)!.options)).toEqual([{ code: EDE.NOT_AUTHORITATIVE, text: '' }]);
    expect(server.replace(zone).detail).toMatchObject({ serialBefore: null, serialAfter: 7 });
    expect(ask(server).data).toHaveLength(3);
  });
});

describe('the limit of responses', () => {
  const limited = () => new Authority([zone], { rate: { responsesPerSecond: 5 } });
  const kinds = (server: Authority, asked: Asked, count = 10): string =>
    Array.from({ length: count }, () => {
      const { message, kind } = ask(server, asked);
      return kind === 'dns.authority.answer' ? 'a' : message?.truncated ? 't' : '.';
    }).join('');

  it('sends so many a second, then every second one truncated', () => {
    const server = limited();
    expect(kinds(server, { from: '198.51.100.1' })).toBe('aaaaa.t.t.');
    // neighbours share the account, others do not, and neither do other names
    expect(kinds(server, { from: '198.51.100.99' }, 2)).toBe('t.');
    expect(kinds(server, { from: '198.51.101.1' }, 2)).toBe('aa');
    expect(kinds(server, { from: '198.51.100.1', name: 'ns.shop.example.' }, 2)).toBe('aa');
    expect(kinds(server, { from: '198.51.100.1', transport: 'tcp' }, 3)).toBe('aaa');
  });

  it('counts all names that do not exist as one', () => {
    const server = limited();
    const made = Array.from({ length: 7 }, (_, i) => kinds(server, { name: `x${i}.shop.example.` }, 1)).join(
      '',
    );
    expect(made).toBe('aaaaa.t');
  });

  it('forgives with time, but remembers a debt', () => {
    const server = limited();
    expect(kinds(server, {}, 7)).toBe('aaaaa.t');
    // two too many are 400 ms of debt, and the next response costs another 200
    expect(kinds(server, { now: 590 * MILLISECOND }, 1)).toBe('.');
    expect(kinds(server, { now: SECOND }, 3)).toBe('aa.');
    kinds(server, { now: 2 * SECOND }, 1_000);
    expect(kinds(server, { now: 10 * SECOND }, 1)).not.toBe('a');
    expect(kinds(server, { now: 30 * SECOND }, 6)).toBe('aaaaa.');
  });

  it('can leave every one out', () => {
    const server = new Authority([zone], { rate: { responsesPerSecond: 1, slip: 0 } });
    expect(kinds(server, {}, 4)).toBe('a...');
  });
});

it('says what it is called when asked (RFC 5001)', () => {
  const server = new Authority([zone], { identifier: 'ns1.fra' });
  const id = (options: readonly EdnsOption[]) => {
    const data = findOption(ednsOf(ask(server, { options }).message!)!.options, OPTION.NSID);
    return data && new TextDecoder().decode(data);
  };
  expect([id([nsidOption()]), id([])]).toEqual(['ns1.fra', undefined]);
});
