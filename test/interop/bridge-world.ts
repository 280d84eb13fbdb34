/**
 * A zone as a master file, a simulated internet of three machines that serves and resolves it, and the questions that
 * are asked of it: for real clients at the bridge, and for a real server with the same zone.
 */
import { runNameServer } from '../../src/engine/app/nameserver.ts';
import { runResolver } from '../../src/engine/app/recursive-resolver.ts';
import { parseIp4 } from '../../src/engine/base/address.ts';
import { MILLISECOND } from '../../src/engine/base/units.ts';
import { Network } from '../../src/engine/net/network.ts';
import type { ZoneText } from '../../src/engine/proto/dns/zone/zone.ts';
import { World } from '../../src/engine/sim/world.ts';

const HOSTS = 20;

const hosts = Array.from(
  { length: HOSTS },
  (_, i) =>
    `h${i} A 192.0.2.${100 + i}\nh${i} AAAA 2001:db8::${i + 1}\nh${i} TXT "host ${i}"\nh${i} MX ${i} mail\n`,
);
const many = Array.from(
  { length: 40 },
  (_, i) => `big TXT "${String(i).padStart(2, '0')} ${'x'.repeat(60)}"\n`,
);

export const ZONE: ZoneText = {
  origin: 'chai.example.',
  text:
    `$TTL 3600
@ SOA ns hostmaster 1 7200 3600 1209600 300
@ NS ns
ns A 192.0.2.53
mail A 192.0.2.25
www CNAME h0
old CNAME www
* .wild TXT "never read"
`.replace('* .wild', '*.wild') +
    hosts.join('') +
    many.join(''),
};

const ROOT: ZoneText = {
  origin: '.',
  text: `$TTL 86400
@ SOA a.root.example. hostmaster.root.example. 1 7200 3600 1209600 300
@ NS a.root.example.
a.root.example. A 192.0.2.4
chai.example. NS ns.chai.example.
ns.chai.example. A 192.0.2.53
`,
};

/** `root`, `ns` and `resolver`, each a millisecond from a router. */
export function bridgeWorld(): Network {
  const network = new Network(new World({ level: 'off', keeper: () => {} }));
  const router = network.router('router');
  const machine = (name: string, last: number, net: number) => {
    const host = network.host(name);
    network.link([host, 'eth0', `192.0.2.${last}/27`], [router, name, `192.0.2.${net + 1}/27`], {
      delay: MILLISECOND,
    });
    network.route(host, 'default', `192.0.2.${net + 1}`);
    return host;
  };
  const root = machine('root', 4, 0);
  const ns = machine('ns', 53, 32);
  const resolver = machine('resolver', 66, 64);
  runNameServer(root, [ROOT]);
  runNameServer(ns, [ZONE]);
  runResolver(resolver, [{ name: 'a.root.example.', addresses: [parseIp4('192.0.2.4')] }]);
  return network;
}

export interface Asked {
  readonly name: string;
  readonly type: string;
  readonly isTcp: boolean;
  /** The data of the answer, sorted; undefined when there is none. */
  readonly data: readonly string[] | undefined;
}

/** A hundred of them: addresses, texts, aliases, wildcards, what is not there, and what does not fit into a datagram. */
export function questions(): Asked[] {
  const found: Asked[] = [];
  const ask = (name: string, type: string, data: readonly string[] | undefined, isTcp = false): void => {
    found.push({ name: `${name}.chai.example`, type, data, isTcp });
  };
  for (let i = 0; i < HOSTS; i++) {
    const isTcp = i % 3 === 0;
    ask(`h${i}`, 'A', [`192.0.2.${100 + i}`], isTcp);
    ask(`h${i}`, 'AAAA', [`2001:db8::${(i + 1).toString()}`], isTcp);
    ask(`h${i}`, i % 2 === 0 ? 'TXT' : 'MX', [i % 2 === 0 ? `"host ${i}"` : `${i} mail.chai.example.`]);
    ask(`no${i}`, 'A', undefined, isTcp);
  }
  for (let i = 0; i < 5; i++) ask(`h${i}`, 'SRV', undefined);
  for (let i = 0; i < 5; i++) ask(`w${i}.wild`, 'TXT', ['"never read"'], i % 2 === 0);
  for (const isTcp of [false, true]) {
    ask(
      'big',
      'TXT',
      Array.from({ length: 40 }, (_, i) => `"${String(i).padStart(2, '0')} ${'x'.repeat(60)}"`),
      isTcp,
    );
    ask('www', 'A', ['192.0.2.100', 'h0.chai.example.'], isTcp);
    ask('old', 'AAAA', ['2001:db8::1', 'h0.chai.example.', 'www.chai.example.'], isTcp);
    ask('mail', 'A', ['192.0.2.25'], isTcp);
    ask('mail', 'AAAA', undefined, isTcp);
  }
  return found;
}
