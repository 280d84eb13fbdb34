/**
 * The network in which the shell's programs are compared with the real ones, and what is typed in it.
 *
 *     laptop ── home ── isp ── web         (203.0.113.80, 2001:db8:3::80)
 *                        └──── archive     (198.51.100.53, 2001:db8:4::53; the link takes 1400 bytes)
 *
 * isp has routes that lead nowhere in each of Linux's ways, and one back to home: packets for 100.64.1.0/24 go round in
 * circles. Where the kernel can, the link home–isp delays by 5 ms.
 */
import type { Topology } from './netns.ts';

export const TOPOLOGY: Topology = {
  machines: {
    laptop: {
      routes: [
        ['default', '192.168.1.1'],
        ['default', '2001:db8:1::1'],
        ['10.99.0.0/16', 'blackhole'],
        ['10.98.0.0/16', 'unreachable'],
        ['10.97.0.0/16', 'prohibit'],
      ],
    },
    home: {
      forwards: true,
      routes: [
        ['default', '192.0.2.1'],
        ['default', '2001:db8:2::1'],
      ],
    },
    isp: {
      forwards: true,
      routes: [
        ['192.168.1.0/24', '192.0.2.10'],
        ['2001:db8:1::/64', '2001:db8:2::10'],
        ['100.64.1.0/24', '192.0.2.10'],
        ['2001:db8:6::/64', '2001:db8:2::10'],
        ['100.64.2.0/24', 'unreachable'],
        ['100.64.3.0/24', 'blackhole'],
        ['100.64.4.0/24', 'prohibit'],
        ['2001:db8:7::/64', 'prohibit'],
        ['2001:db8:8::/64', 'unreachable'],
      ],
    },
    web: {
      listens: ['tcp/80', 'udp/53'],
      routes: [
        ['default', '203.0.113.1'],
        ['default', '2001:db8:3::1'],
      ],
    },
    archive: {
      routes: [
        ['default', '198.51.100.1'],
        ['default', '2001:db8:4::1'],
      ],
    },
  },
  links: [
    {
      a: { machine: 'laptop', nic: 'wlan0', addresses: ['192.168.1.23/24', '2001:db8:1::23/64'] },
      b: { machine: 'home', nic: 'lan', addresses: ['192.168.1.1/24', '2001:db8:1::1/64'] },
    },
    {
      a: { machine: 'home', nic: 'wan', addresses: ['192.0.2.10/24', '2001:db8:2::10/64'] },
      b: { machine: 'isp', nic: 'home', addresses: ['192.0.2.1/24', '2001:db8:2::1/64'] },
      delayMs: 5,
    },
    {
      a: { machine: 'isp', nic: 'web', addresses: ['203.0.113.1/24', '2001:db8:3::1/64'] },
      b: { machine: 'web', nic: 'eth0', addresses: ['203.0.113.80/24', '2001:db8:3::80/64'] },
    },
    {
      a: { machine: 'isp', nic: 'slow', addresses: ['198.51.100.1/24', '2001:db8:4::1/64'] },
      b: { machine: 'archive', nic: 'eth0', addresses: ['198.51.100.53/24', '2001:db8:4::53/64'] },
      mtu: 1400,
    },
  ],
  names: { 'www.chaicart.example': '203.0.113.80', 'six.chaicart.example': '2001:db8:3::80' },
};

/** The same where isp keeps its “too big” messages to itself, and home translates addresses. */
export const BLACK_HOLE: Topology = {
  ...TOPOLOGY,
  machines: {
    ...TOPOLOGY.machines,
    isp: { ...TOPOLOGY.machines['isp']!, isBlackHole: true },
    home: { ...TOPOLOGY.machines['home']!, nat: 'wan' },
  },
};

/** The same where isp refuses to pass on what is for one address, and says so. */
export const GATE: Topology = {
  ...TOPOLOGY,
  machines: { ...TOPOLOGY.machines, isp: { ...TOPOLOGY.machines['isp']!, rejects: '203.0.113.66/32' } },
};

/** One thing that somebody does: at which machine, what, and when Ctrl-C is pressed, if so (ms). */
export interface Typed {
  readonly line: string;
  readonly at?: string;
  readonly interruptAfterMs?: number;
}

/** Lines typed one after another in one network. */
export interface Case {
  readonly name: string;
  readonly topology?: Topology;
  readonly lines: readonly (string | Typed)[];
  /** What the stack does otherwise than Linux: the case is then expected to differ, until that is mended. */
  readonly differs?: string;
}

const WEB = '203.0.113.80';
const WEB6 = '2001:db8:3::80';

export const CASES: readonly Case[] = [
  {
    name: 'ping: answers, names, families',
    lines: [
      `ping -c 2 ${WEB}`,
      'ping -c 1 www.chaicart.example',
      'ping -c 1 -n www.chaicart.example',
      'ping -4 -c 1 www.chaicart.example',
      'ping -6 -c 1 six.chaicart.example',
      'ping -n -c 1 six.chaicart.example',
      `ping -c 1 ${WEB6}`,
      `ping -c1 ${WEB}`,
      'ping -c 1 localhost',
      'ping -c 1 127.0.0.1',
      'ping -c 1 ::1',
      'ping -c 1 192.168.1.23',
      'ping -c 1 laptop',
      'ping -c 1 0',
      'ping -c 1 127.1',
    ],
  },
  {
    name: 'ping: sizes, from one that has no room for a time to one that no datagram holds',
    lines: [0, 8, 15, 16, 1472, 1473, 8000, 65_507, 65_508]
      .map((size) => `ping -c 1 -s ${size} ${WEB}`)
      .concat(`ping -c 1 -s 3000 -6 ${WEB6}`),
  },
  {
    name: 'ping: the path’s MTU is learned with -M do, and shows in the route',
    lines: [
      'ping -c 3 -M do -s 1472 198.51.100.53',
      'ping -c 2 -M do -s 1372 198.51.100.53',
      'ip route get 198.51.100.53',
    ],
  },
  {
    name: 'ping: the path’s MTU is learned without a flag, and later requests go in pieces',
    lines: ['ping -c 3 -s 1472 198.51.100.53', 'ping -c 2 -M dont -s 1472 198.51.100.53'],
  },
  { name: 'ping: -M dont lets routers cut', lines: ['ping -c 2 -M dont -s 1472 198.51.100.53'] },
  { name: 'ping: -M do over the first link', lines: [`ping -c 2 -M do -s 1473 ${WEB}`] },
  {
    name: 'ping: packet too big over IPv6, -M do',
    lines: [
      'ping -c 2 -6 -M do -s 1452 2001:db8:4::53',
      'ip -6 route get 2001:db8:4::53',
      'ping -c 1 -6 -M do -s 1453 2001:db8:4::53',
    ],
  },
  {
    name: 'ping: packet too big over IPv6',
    lines: ['ping -c 2 -6 -s 1452 2001:db8:4::53', 'ping -6 -c 2 -M dont -s 1452 2001:db8:4::53'],
  },
  {
    name: 'ping: a black hole for big packets behind NAT',
    topology: BLACK_HOLE,
    lines: [
      'ping -c 1 198.51.100.53',
      'ping -c 1 -W 1 -M do -s 1372 198.51.100.53',
      'ping -c 2 -W 1 -M do -s 1373 198.51.100.53',
      'ping -c 2 -W 1 -s 1472 198.51.100.53',
      'ping -c 1 -W 1 -6 -s 1452 2001:db8:4::53',
      'traceroute -n 198.51.100.53',
      'traceroute -n -w 1 -m 4 -F 198.51.100.53 1500',
    ],
  },
  {
    name: 'ping: nobody on the link',
    lines: ['ping -c 2 192.168.1.99', 'ip neigh show dev wlan0 nud reachable'],
  },
  { name: 'ping: nobody on the link, faster than ARP', lines: ['ping -c 5 -i 0.5 192.168.1.99'] },
  { name: 'ping: nobody on a far link', lines: ['ping -c 3 203.0.113.99'] },
  { name: 'ping: nobody on the link, IPv6', lines: ['ping -c 2 2001:db8:1::99'] },
  {
    name: 'ping: -W and -w',
    lines: [
      'ping -c 2 -W 1 203.0.113.99',
      'ping -c 2 -W 1 2001:db8:3::99',
      'ping -c 2 -w 3 100.64.3.1',
      'ping -w 3 100.64.2.1',
      `ping -w 2 ${WEB}`,
      `ping -c 3 -w 1 ${WEB}`,
    ],
  },
  { name: 'ping: ten seconds without an answer', lines: ['ping -c 2 100.64.3.1'] },
  {
    name: 'ping: routes that lead nowhere',
    lines: [
      'ping -c 1 -W 1 10.99.0.1',
      'ping -c 1 10.98.0.1',
      'ping -c 1 10.97.0.1',
      'ping -c 2 100.64.2.1',
      'ping -c 2 -W 1 100.64.3.1',
      'ping -c 2 100.64.4.1',
      'ping -c 1 172.16.0.1',
      'ping -c 1 2001:db8:7::1',
      'ping -c 1 2001:db8:9::1',
      { line: 'ping -c 1 10.0.0.1', at: 'isp' },
      { line: 'ping -c 1 2001:db8:99::1', at: 'isp' },
    ],
  },
  {
    name: 'ping: an unreachable route of IPv6',
    lines: ['ping -c 1 2001:db8:8::1'],
    differs: 'Linux says “no route” (code 0) for an unreachable route, the stack “reject route” (code 6)',
  },
  {
    name: 'ping: times to live that run out, and a loop',
    lines: [
      `ping -c 2 -t 1 ${WEB}`,
      `ping -c 1 -t 2 ${WEB}`,
      `ping -c 1 -t 3 ${WEB}`,
      `ping -6 -c 1 -t 1 ${WEB6}`,
      `ping -c 1 -t 0 ${WEB}`,
      'ping -c 1 -t 1 www.chaicart.example',
      'ping -c 2 100.64.1.1',
    ],
  },
  {
    name: 'ping: pace and looks',
    lines: [
      `ping -c 3 -i 0.2 ${WEB}`,
      `ping -c 3 -i 0.001 ${WEB}`,
      `ping -f -c 3 ${WEB}`,
      `ping -i x ${WEB}`,
      `ping -c 1 -W x ${WEB}`,
      `ping -c 3 -i 0.2 -l 3 ${WEB}`,
      `ping -l 4 -c 4 ${WEB}`,
      `ping -q -c 3 -i 0.3 ${WEB}`,
      `ping -D -c 2 -i 0.3 ${WEB}`,
      `ping -c 2 -i 0.2 -p 0a1b ${WEB}`,
      `ping -c 1 -a ${WEB}`,
      `ping -c 1 -Q 0x10 ${WEB}`,
      'ping -O -c 3 -i 0.5 -W 1 100.64.3.1',
      `ping -q -c 1 -t 1 ${WEB}`,
    ],
  },
  {
    name: 'ping: where from',
    lines: [
      `ping -c 1 -I wlan0 ${WEB}`,
      `ping -c 1 -I 192.168.1.23 ${WEB}`,
      `ping -6 -c 1 -I wlan0 ${WEB6}`,
      `ping -c 1 -I 2001:db8:1::23 ${WEB6}`,
      `ping -c 1 -I nope0 ${WEB}`,
      `ping -c 1 -I 10.0.0.1 ${WEB}`,
      'ping -c 1 fe80::200:5eff:fe00:5302%wlan0',
      'ping -c 1 -I wlan0 fe80::200:5eff:fe00:5302',
      'ping -c 1 -W 1 fe80::200:5eff:fe00:5302',
    ],
  },
  {
    name: 'ping: asked wrongly',
    lines: [
      'ping',
      'ping -c 1 nowhere.example',
      `ping -c 1 -6 ${WEB}`,
      `ping -c 1 -4 ${WEB6}`,
      'ping -c 1 -4 six.chaicart.example',
      `ping -c x ${WEB}`,
      `ping -c 0 ${WEB}`,
      `ping -c 1.5 ${WEB}`,
      `ping -t 256 ${WEB}`,
      `ping -s -1 ${WEB}`,
      `ping -M foo ${WEB}`,
      `ping -W -1 ${WEB}`,
      `ping -Q 300 ${WEB}`,
      `ping -p zz ${WEB}`,
      `ping -c 1 -4 -6 ${WEB}`,
      'ping -c 1 192.168.1.255',
      'ping -c 1 256.1.1.1',
      'ping -c 1 2001:db8:::1',
    ],
  },
  {
    name: 'Ctrl-C',
    lines: [
      { line: `ping ${WEB}`, interruptAfterMs: 1500 },
      { line: 'ping -c 5 100.64.3.1', interruptAfterMs: 1300 },
      { line: 'ping 100.64.3.1 ; echo after', interruptAfterMs: 500 },
      { line: 'ping 100.64.3.1 && echo after', interruptAfterMs: 500 },
      { line: 'sleep 5 ; echo after', interruptAfterMs: 500 },
    ],
  },
  {
    name: 'traceroute: to an end',
    lines: [
      `traceroute ${WEB}`,
      `traceroute -n ${WEB}`,
      'traceroute www.chaicart.example',
      `traceroute -n -q 1 ${WEB}`,
      `traceroute -n -N 1 ${WEB}`,
      `traceroute -6 -n ${WEB6}`,
      'traceroute six.chaicart.example',
      `traceroute -I -n -N 1 ${WEB}`,
      `traceroute -I -6 -N 1 ${WEB6}`,
      `traceroute -n -z 50 ${WEB}`,
      `traceroute -n -m 2 ${WEB}`,
      `traceroute -n -f 2 ${WEB}`,
      `traceroute -n -f 4 -m 5 ${WEB}`,
      `traceroute -n -i wlan0 ${WEB}`,
      `traceroute -n -s 192.168.1.23 ${WEB}`,
      `traceroute -n -t 16 ${WEB}`,
      `traceroute --max-hops=2 -n ${WEB}`,
      `traceroute -n ${WEB} -m 2`,
      `traceroute ${WEB} 10`,
      'traceroute -n 192.168.1.1',
      'traceroute 192.168.1.23',
      'traceroute -n fe80::200:5eff:fe00:5302%wlan0',
    ],
  },
  { name: 'traceroute: in circles', lines: ['traceroute -n -m 6 100.64.1.1'] },
  {
    name: 'traceroute: in circles over IPv6',
    lines: ['traceroute -n -6 -m 5 2001:db8:6::1'],
  },
  { name: 'traceroute: nobody on the link', lines: ['traceroute -n 192.168.1.99'] },
  { name: 'traceroute: nobody on a far link', lines: ['traceroute -n 203.0.113.99'] },
  { name: 'traceroute: nobody on a far link, IPv6', lines: ['traceroute -n -6 2001:db8:3::99'] },
  {
    name: 'refused by a filter',
    topology: GATE,
    lines: ['traceroute -n 203.0.113.66', 'ping -c 2 -i 0.2 203.0.113.66', `ping -c 1 ${WEB}`],
  },
  { name: 'traceroute: too big, twice', lines: ['traceroute -n -F 198.51.100.53 1500'] },
  { name: 'traceroute: too big for the first link', lines: [`traceroute -n -F ${WEB} 1600`] },
  { name: 'traceroute: cut by routers', lines: ['traceroute -n 198.51.100.53 1500'] },
  ...['100.64.2.1', '100.64.4.1', '172.16.0.1', '2001:db8:7::1', '2001:db8:9::1'].map((to) => ({
    name: `traceroute: no way to ${to}`,
    lines: [`traceroute -n ${to}`],
  })),
  {
    name: 'traceroute: into a blackhole',
    lines: ['traceroute -n -w 1 -m 8 100.64.3.1'],
  },
  {
    name: 'traceroute: the same size again after the path’s MTU is known',
    lines: ['traceroute -n -F 198.51.100.53 1500', 'traceroute -n -F 198.51.100.53 1500'],
    differs: 'the stack cannot send larger packets than it knows the path to take (IP_PMTUDISC_PROBE)',
  },
  {
    name: 'traceroute: to itself',
    lines: ['traceroute -n 127.0.0.1', 'traceroute localhost'],
  },
  {
    name: 'traceroute: asked wrongly',
    lines: [
      'traceroute nowhere.example',
      `traceroute -Z ${WEB}`,
      `traceroute -m 0 ${WEB}`,
      `traceroute -m 256 ${WEB}`,
      `traceroute -m x ${WEB}`,
      `traceroute -m -1 ${WEB}`,
      `traceroute -q 11 ${WEB}`,
      `traceroute -q 0 ${WEB}`,
      `traceroute -q 1.5 ${WEB}`,
      `traceroute -f 40 ${WEB}`,
      `traceroute -w x ${WEB}`,
      `traceroute -w -1 ${WEB}`,
      `traceroute ${WEB} x`,
      `traceroute ${WEB} 70000`,
      'traceroute a b c',
      'traceroute -q',
      `traceroute -nq1 ${WEB}`,
      `traceroute --max-hops 2 -n ${WEB}`,
      `traceroute --foo ${WEB}`,
      'traceroute -m 3',
      `traceroute -6 ${WEB}`,
      `traceroute -T ${WEB}`,
      `traceroute -n -i nope ${WEB}`,
      `traceroute -n -s 10.0.0.1 ${WEB}`,
      'traceroute -n 10.98.0.1',
      'traceroute -n 10.97.0.1',
      'traceroute -n 10.99.0.1',
      'traceroute -n 192.168.1.255',
    ],
  },
  { name: 'traceroute: Ctrl-C', lines: [{ line: 'traceroute -n 203.0.113.99', interruptAfterMs: 1500 }] },
  {
    name: 'ip address and ip link',
    lines: [
      'ip addr',
      'ip a',
      'ip a s wlan0',
      'ip addr show dev wlan0',
      'ip -4 addr',
      'ip -6 addr',
      'ip -6 addr show dev lo',
      'ip -br addr',
      'ip -4 -br addr',
      'ip -o addr',
      'ip -f inet6 addr show lo',
      'ip a show dev wlan0 scope link',
      'ip addr show up',
      'ip link',
      'ip l',
      'ip -br link',
      'ip -o link',
      'ip link show wlan0',
      { line: 'ip addr', at: 'isp' },
      { line: 'ip link', at: 'archive' },
    ],
  },
  {
    name: 'ip route',
    lines: [
      'ip route',
      'ip r',
      'ip -6 route',
      'ip route show default',
      'ip -6 route show default',
      'ip route show 10.97.0.0/16',
      'ip route show dev wlan0',
      'ip -6 route show dev wlan0',
      ...[
        WEB,
        WEB6,
        '192.168.1.1',
        '127.0.0.1',
        '192.168.1.23',
        '192.168.1.255',
        '10.98.0.1',
        '10.99.0.1',
      ].map((to) => `ip route get ${to}`),
      ...['10.97.0.1', '::1', '2001:db8:1::23', '2001:db8:1::5', 'fe80::1', 'ff02::1', 'x', ''].map(
        (to) => `ip route get ${to}`,
      ),
      `ip route get ${WEB} from 192.168.1.23`,
      'ip route get 203.0.113.80/24',
      `ip -6 route get ${WEB}`,
      { line: 'ip route', at: 'isp' },
      { line: 'ip -6 route', at: 'isp' },
      { line: 'ip route get 10.0.0.1', at: 'isp' },
      { line: 'ip route get 2001:db8:7::1', at: 'isp' },
      { line: 'ip route get 2001:db8:8::1', at: 'isp' },
      { line: 'ip route get 2001:db8:99::1', at: 'isp' },
    ],
  },
  {
    name: 'ip neighbour and arp',
    lines: [
      'ip neigh',
      'arp -n',
      `ping -c 1 ${WEB}`,
      'ip neigh',
      'ip n',
      'arp -n',
      'arp',
      'arp -an',
      'arp -n 192.168.1.77',
      `ping -c 1 ${WEB6}`,
      'ip neigh',
      'ip -4 neigh',
      'ip -6 neigh',
      'ip neigh show dev wlan0',
      'ip neigh show 192.168.1.1',
      'ip neigh show nud reachable',
    ],
  },
  {
    name: 'ip neighbour: a question without an answer',
    lines: ['ping -c 1 -W 1 192.168.1.99; ip neigh; sleep 3; ip neigh'],
    differs: 'the ARP cache shows no questions that are open or were in vain',
  },
  {
    name: 'ip neighbour: IPv6 questions without an answer',
    lines: ['ping -c 1 -W 1 2001:db8:1::99; ip neigh; sleep 3; ip neigh'],
  },
  {
    name: 'ip: asked wrongly',
    lines: [
      'ip foo',
      'ip addr foo',
      'ip route foo',
      'ip neigh foo',
      'ip link foo',
      'ip -x addr',
      'ip addr show dev nope',
      'ip link show nope',
      'ip addr show dev',
      'ip addr show wlan0 lo',
      'ip neigh show dev nope',
      'ip route show dev nope',
      'ip route show foo',
      'ip route add 10.0.0.0/8 via 192.168.1.1',
      'ip addr add 10.0.0.1/8 dev wlan0',
      'ip link set wlan0 down',
      'ip route del default',
    ],
  },
  {
    name: 'ss',
    lines: [
      'ss -t',
      'ss -u',
      'ss -tan',
      'ss -tuln',
      ...[
        '-tuln',
        '-tulnp',
        '-tlun',
        '-tlu',
        '-tan',
        '-tl',
        '-ul',
        '-ltn4',
        '-lntp',
        '-uan',
        '-Htun',
        '-H -tln',
      ].map((flags) => ({ line: `ss ${flags}`, at: 'web' })),
      { line: 'ss -tn state listening', at: 'web' },
      { line: 'ss --tcp --listening --numeric', at: 'web' },
    ],
  },
  {
    name: 'the small programs',
    lines: [
      'hostname',
      'hostname -s',
      'hostname -I',
      { line: 'hostname -I', at: 'isp' },
      'hostname foo',
      'sleep',
      'sleep x',
      'sleep -1',
      'sleep 0.1 0.1s',
      'true',
      'false',
      'echo a b',
      'echo -n a',
      "echo -e 'a\\tb'",
      'echo --',
      "echo ''",
      'nosuchprogram',
    ],
  },
  {
    name: 'the shell',
    lines: [
      'true && echo yes || echo no',
      'false && echo yes || echo no',
      'false; echo x',
      'false || echo x && echo y',
      `echo 'a  b' "c  d" e\\ f`,
      `echo "a\\"b" 'c"d'`,
      'echo a # b',
      'echo a#b',
      'echo a;',
      "echo 'unclosed",
      'true &&',
      ';',
      '&& true',
      'echo a;; echo b',
      'true || ; echo x',
    ],
  },
];
