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
  'iputils 20221126, traceroute 2.1.2, iproute2 6.1.0, net-tools 2.10, bash 5.2 (Debian 12), Linux 6.18';

export const DIFFERENCES: readonly Difference[] = [
  {
    program: 'the shell',
    about: 'Pipes, redirection, variables, wildcards and background jobs are refused.',
    why: 'There are no files and no other programs to connect.',
    line: 'echo a | cat',
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
];
