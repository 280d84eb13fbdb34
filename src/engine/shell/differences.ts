/**
 * Where the programs of our terminals differ from the real ones on Linux, and why: what is left when both run over the
 * same network (test/interop/shell.test.ts) and times, process numbers and random ports are masked.
 *
 * A `line` is one that shows the difference; the interop test makes sure that it still does.
 */

export interface Difference {
  readonly program: string;
  readonly about: string;
  readonly why: string;
  readonly line?: string;
}

/** The versions that were compared with. */
export const COMPARED_WITH =
  'iputils 20221126, traceroute 2.1.2, iproute2 6.1.0, net-tools 2.10, bash 5.2, BIND 9.18.49 (Debian 12), Linux 6.18';

export const DIFFERENCES: readonly Difference[] = [
  {
    program: 'the shell',
    about:
      'Variables, wildcards and background jobs are refused; so is redirection but for > and >> of the output.',
    why: 'There are hardly any files, and nothing to compute.',
    line: 'echo $HOME',
  },
  {
    program: 'all',
    about:
      'Help texts list what works here; a flag that exists in the real program and not here is named as such.',
    why: 'A help text that promises what is not there would be a lie.',
    line: 'ping -h',
  },
  {
    program: 'all',
    about: 'Versions carry the word “retold”.',
    why: 'The programs were written anew for this course.',
    line: 'ping -V',
  },
  {
    program: 'the shell',
    about: 'Of the files there are /etc/hosts, /etc/resolv.conf, /etc/hostname and /etc/nsswitch.conf.',
    why: 'They say how names are found; nothing else is kept in files here.',
    line: 'cat /etc/debian_version',
  },
  {
    program: 'the shell',
    about: 'Programs with | between them run one after another, not at the same time.',
    why: 'What they print is the same, as long as each ends by itself.',
  },
  {
    program: 'sudo',
    about: 'Asks for no password, and lets everybody do everything.',
    why: 'The people at these prompts own their machines.',
  },
  {
    program: 'ping',
    about: 'No adaptive (-A), flood (-f for root), record-route (-R), broadcast (-b) or verbose (-v) mode.',
    why: 'The first two depend on the speed of a computer; IP options are not implemented; the rest teaches nothing here.',
    line: 'ping -A -c 3 203.0.113.80',
  },
  {
    program: 'ping',
    about: 'A ping to an IPv6 group is answered by the neighbours only, not also by the sender itself.',
    why: 'The engine does not hand a sender its own packets to groups.',
    line: 'ping -c 1 -I wlan0 ff02::1',
  },
  {
    program: 'ping',
    about:
      'Bound to the wrong interface (-I lo), it reports an error for each packet instead of sending in vain.',
    why: 'The engine’s loopback interface takes packets for this machine only.',
    line: 'ping -c 1 -W 1 -I lo 203.0.113.80',
  },
  {
    program: 'ping',
    about:
      'An error that arrives while the next request is being sent is never taken for a failure of that request.',
    why: 'On Linux that is a race between the two; virtual time has none.',
  },
  {
    program: 'traceroute',
    about: 'UDP and ICMP probes only: no -T (needs root), -U, --mtu, -A, -e, -g, --back.',
    why: 'The methods that people use most are there.',
    line: 'traceroute --mtu -n 203.0.113.80',
  },
  {
    program: 'traceroute',
    about: 'With -I over links without delay, the real program shows some probes as lost.',
    why: 'An error message arrives before the next probe is sent and is taken for that probe’s failure; with any delay both print the same.',
  },
  {
    program: 'ip',
    about:
      'address, link, route and neighbour only; to look at, not to change; no statistics, JSON or colours.',
    why: 'Chapters change the world with controls, so that every change is part of the run’s record.',
    line: 'ip -s link',
  },
  {
    program: 'ip',
    about: 'Interfaces have the queueing discipline noqueue and no @ifN behind their names.',
    why: 'The comparison runs over veth pairs, whose other end Linux names; a real card shows its own queue, such as fq_codel.',
  },
  {
    program: 'ip',
    about: 'Neighbours are listed in the order in which they were met, IPv4 first.',
    why: 'Linux lists them in the order of a hash table.',
  },
  {
    program: 'ss',
    about:
      'TCP and UDP sockets only; of the filters only “state”; -p names nobody; UDP sockets are never connected.',
    why: 'The engine has no Unix or netlink sockets, and a socket knows no process.',
    line: 'ss -a',
  },
  {
    program: 'ss',
    about: 'Columns are as narrow as their texts.',
    why: 'So the real program prints into a pipe; on a screen it spreads the columns over the width.',
  },
  {
    program: 'hostname',
    about: 'Only the name, -s and -I.',
    why: 'Domain names come with the chapter about DNS.',
    line: 'hostname -f',
  },
  {
    program: 'Linux',
    about: 'Routers send ICMP errors at any rate.',
    why: 'Linux limits them; in the comparison the limit is off, because its state would depend on earlier commands.',
  },
  {
    program: 'dig',
    about: 'No +nssearch, +yaml, +https, +tls, +dns64prefix, -f, -k, -y, and no transfer of whole zones.',
    why: 'The transports come with TLS; the rest is for people who run name servers.',
    line: 'dig +yaml chaicart.example',
  },
  {
    program: 'dig',
    about:
      'Data of types that the engine does not read stand in the form of RFC 3597: TLSA, SSHFP, NAPTR and others.',
    why: 'The engine reads the types that the chapters name.',
  },
  {
    program: 'dig',
    about:
      'Records whose owner or class makes no sense for their type are shown; the real program calls the message bad.',
    why: 'The checks of names that BIND makes on the way in are not implemented.',
  },
  {
    program: 'host',
    about: 'No -C and no -l.',
    why: 'They ask all servers of a zone, or for a whole zone.',
    line: 'host -C chaicart.example',
  },
  {
    program: 'nslookup',
    about: 'One question in the command line; no prompt of its own, no -all, no -d2.',
    why: 'Two prompts in one terminal confuse.',
    line: 'nslookup -all -timeout=1 -retry=1 chaicart.example',
  },
  {
    program: 'getent',
    about: 'The databases hosts, ahosts, ahostsv4 and ahostsv6 only.',
    why: 'The others are not about names of machines.',
    line: 'getent passwd root',
  },
  {
    program: 'resolvectl',
    about: 'show-cache, statistics and flush-caches only, for the one cache that the machine has.',
    why: 'show-cache came with systemd 254; lines about names that do not exist are ours, and so are fewer statistics.',
  },
  {
    program: 'unbound-control',
    about:
      'dump_cache, flush and flush_zone only; the part of dump_cache about whole messages has the names that do not exist.',
    why: 'The engine’s resolver keeps sets of records, and no messages beside them.',
  },
];
