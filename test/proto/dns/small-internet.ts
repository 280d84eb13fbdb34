/** Root, the TLD example., and zones below it, for the tests of authority and resolver. */
import { parseIp4 } from '../../../src/engine/base/address.ts';
import { Random } from '../../../src/engine/base/random.ts';
import { MILLISECOND } from '../../../src/engine/base/units.ts';
import type { ResolverConfig } from '../../../src/engine/proto/dns/resolver/config.ts';
import { Resolver } from '../../../src/engine/proto/dns/resolver/resolver.ts';
import { Authority } from '../../../src/engine/proto/dns/server/authority.ts';
import type { ZoneData } from '../../../src/engine/proto/dns/zone/zone.ts';
import { Script } from './script.ts';

const soa = (origin: string, minimum: number): readonly [string, number, string, string] => {
  const suffix = origin === '.' ? '' : origin;
  return [origin, 3600, 'SOA', `ns1.${suffix} hostmaster.${suffix} 1 7200 900 604800 ${minimum}`];
};

export const ROOT = '198.51.100.1';
export const TLD = '198.51.100.2';
export const NS1 = '192.0.2.53';
export const NS2 = '192.0.2.54';
export const OTHER = '203.0.113.1';

export const rootZone: ZoneData = {
  origin: '.',
  records: [
    soa('.', 86400),
    ['.', 518400, 'NS', 'ns1.'],
    ['ns1.', 518400, 'A', ROOT],
    ['example.', 172800, 'NS', 'a.tld.example.'],
    ['a.tld.example.', 172800, 'A', TLD],
  ],
};

export const tldZone: ZoneData = {
  origin: 'example.',
  records: [
    ['example.', 900, 'SOA', 'a.tld.example. hostmaster.example. 1 7200 900 604800 900'],
    ['example.', 172800, 'NS', 'a.tld.example.'],
    ['a.tld.example.', 172800, 'A', TLD],
    ['chaicart.example.', 172800, 'NS', 'ns1.chaicart.example.'],
    ['chaicart.example.', 172800, 'NS', 'ns2.chaicart.example.'],
    ['ns1.chaicart.example.', 172800, 'A', NS1],
    ['ns2.chaicart.example.', 172800, 'A', NS2],
    ['other.example.', 172800, 'NS', 'ns1.other.example.'],
    ['ns1.other.example.', 172800, 'A', OTHER],
    // Its servers live in another zone, so it comes without glue
    ['glueless.example.', 172800, 'NS', 'ns-b.other.example.'],
    // Two zones whose servers live in each other
    ['ping.example.', 172800, 'NS', 'ns.pong.example.'],
    ['pong.example.', 172800, 'NS', 'ns.ping.example.'],
  ],
};

export const chaicartZone: ZoneData = {
  origin: 'chaicart.example.',
  records: [
    soa('chaicart.example.', 60),
    ['chaicart.example.', 86400, 'NS', 'ns1.chaicart.example.'],
    ['chaicart.example.', 86400, 'NS', 'ns2.chaicart.example.'],
    ['ns1.chaicart.example.', 86400, 'A', NS1],
    ['ns2.chaicart.example.', 86400, 'A', NS2],
    ['chaicart.example.', 300, 'A', '192.0.2.80'],
    ['chaicart.example.', 300, 'MX', '10 mail.chaicart.example.'],
    ['mail.chaicart.example.', 300, 'A', '192.0.2.25'],
    ['www.chaicart.example.', 300, 'CNAME', 'chaicart.example.'],
    ['cdn.chaicart.example.', 120, 'CNAME', 'edge.other.example.'],
    ['gone.chaicart.example.', 120, 'CNAME', 'nobody.chaicart.example.'],
    ['loop-a.chaicart.example.', 120, 'CNAME', 'loop-b.chaicart.example.'],
    ['loop-b.chaicart.example.', 120, 'CNAME', 'loop-a.chaicart.example.'],
    ['deep.empty.chaicart.example.', 300, 'TXT', '"below an empty non-terminal"'],
    ['short.chaicart.example.', 0, 'A', '192.0.2.81'],
    ['sub.chaicart.example.', 3600, 'NS', 'ns.sub.chaicart.example.'],
    ['ns.sub.chaicart.example.', 3600, 'A', '203.0.113.9'],
    ...Array.from({ length: 30 }, (_, i): [string, number, string, string] => [
      'many.chaicart.example.',
      300,
      'A',
      `192.0.2.${100 + i}`,
    ]),
  ],
};

export const otherZone: ZoneData = {
  origin: 'other.example.',
  records: [
    soa('other.example.', 300),
    ['other.example.', 86400, 'NS', 'ns1.other.example.'],
    ['ns1.other.example.', 86400, 'A', OTHER],
    ['ns-b.other.example.', 86400, 'A', OTHER],
    ['edge.other.example.', 60, 'A', '203.0.113.80'],
  ],
};

export const gluelessZone: ZoneData = {
  origin: 'glueless.example.',
  records: [
    ['glueless.example.', 3600, 'SOA', 'ns-b.other.example. hostmaster.other.example. 1 7200 900 604800 60'],
    ['glueless.example.', 86400, 'NS', 'ns-b.other.example.'],
    ['glueless.example.', 300, 'A', '203.0.113.81'],
  ],
};

/** A resolver with an empty cache, and all servers in place. */
export function smallInternet(seed = 1, options: Partial<ResolverConfig> = {}): Script<Resolver> {
  const hints = [{ name: 'ns1.', addresses: [parseIp4(ROOT)] }];
  const script = new Script(new Resolver({ hints, ...options, random: new Random(seed) }));
  script.server(ROOT, 40 * MILLISECOND, new Authority([rootZone]));
  script.server(TLD, 30 * MILLISECOND, new Authority([tldZone]));
  script.server(NS1, 20 * MILLISECOND, new Authority([chaicartZone]));
  script.server(NS2, 25 * MILLISECOND, new Authority([chaicartZone]));
  script.server(OTHER, 10 * MILLISECOND, new Authority([otherZone, gluelessZone]));
  return script;
}
