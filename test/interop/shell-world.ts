/**
 * The simulated twin of a network of namespaces (netns.ts): the same description, the same addresses and routes.
 */
import { parseCidr } from '../../src/engine/base/cidr.ts';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import { type FilterAction, PacketFilter } from '../../src/engine/net/filter/packet-filter.ts';
import type { Host, Router } from '../../src/engine/net/host.ts';
import { Network } from '../../src/engine/net/network.ts';
import type { Rule } from '../../src/engine/policy/match.ts';
import { UNLIMITED } from '../../src/engine/proto/ip/icmp-limit.ts';
import { openTerminals } from '../../src/engine/shell/terminal.ts';
import { World } from '../../src/engine/sim/world.ts';
import type { Topology, TopologyMachine } from './netns.ts';

/** Half the delay of a round trip over one link where the description says nothing: veth pairs take microseconds. */
const QUICK = 20_000;

export interface Printed {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export class ShellWorld {
  readonly world: World;
  readonly network: Network;

  constructor(topology: Topology) {
    this.world = new World();
    this.network = new Network(this.world);
    // as in the namespaces: no limits on ICMP errors (netns.ts)
    for (const [name, { forwards }] of Object.entries(topology.machines))
      this.network[forwards ? 'router' : 'host'](name, { icmp: UNLIMITED });
    for (const { a, b, mtu, delayMs } of topology.links) {
      const link = this.network.link(
        [this.network.machine(a.machine), a.nic, ...a.addresses],
        [this.network.machine(b.machine), b.nic, ...b.addresses],
        { delay: delayMs === undefined ? QUICK : delayMs * MILLISECOND },
      );
      if (mtu !== undefined) for (const nic of [link.a, link.b]) nic.mtu = mtu;
    }
    for (const [name, machine] of Object.entries(topology.machines)) this.#settle(name, machine);
    openTerminals(this.network, {
      users: Object.fromEntries(Object.keys(topology.machines).map((name) => [name, 'user'])),
      hosts: topology.names ?? {},
    });
  }

  host(name: string): Host {
    return this.network.machine(name) as Host;
  }

  /** Types a line and waits for its end, up to ten minutes of virtual time; `interruptAfterMs` presses Ctrl-C. */
  run(machine: string, line: string, interruptAfterMs?: number): Printed {
    const { world } = this;
    const start = world.now;
    const before = world.trace.length;
    world.input(start, 'type', { machine, line });
    if (interruptAfterMs !== undefined)
      world.input(start + interruptAfterMs * MILLISECOND, 'interrupt', { machine });
    world.onInput('stop', () => {});
    for (let until = start + SECOND / 10; until < start + 600 * SECOND; until += SECOND / 10) {
      world.kernel.run({ until, maxEvents: 200_000 });
      const printed = this.#printed(machine, before);
      if (printed) return printed;
    }
    throw new Error(`${line}: no end after ten minutes`);
  }

  #printed(machine: string, from: number): Printed | undefined {
    let out = '';
    let err = '';
    for (const { kind, node, detail } of this.world.trace.events(['shell.output', 'shell.exit'], from)) {
      if (node !== machine) continue;
      if (kind === 'shell.exit') return { status: Number(detail!['status']), out, err };
      if (detail!['stream'] === 'out') out += detail!['text'];
      else err += detail!['text'];
    }
    return undefined;
  }

  #settle(name: string, machine: TopologyMachine): void {
    const host = this.host(name);
    for (const [to, via] of machine.routes ?? []) {
      if (via === 'blackhole' || via === 'unreachable' || via === 'prohibit') {
        host.ip.addRoute({ network: parseCidr(to), kind: via });
      } else this.network.route(host, to, via);
    }
    if (machine.nat) this.network.nat(host as Router, machine.nat);
    const rules: Rule<FilterAction>[] = [];
    if (machine.isBlackHole) {
      const when = { chains: ['output'], protocols: [1], icmpTypes: [3] } as const;
      const when6 = { chains: ['output'], protocols: [58], icmpTypes: [2] } as const;
      rules.push({ name: 'no complaints', when, action: 'drop' });
      rules.push({ name: 'no complaints', when: when6, action: 'drop' });
    }
    if (machine.rejects) {
      const when = { chains: ['forward'], to: [parseCidr(machine.rejects)] } as const;
      rules.push({ name: 'not there', when, action: 'reject' });
    }
    if (rules.length > 0) {
      const otherwise = { action: 'accept', name: 'everything else' } as const;
      host.ip.filter = new PacketFilter(this.world, name, { rules, otherwise });
    }
    for (const what of machine.listens ?? []) {
      const [protocol, port] = what.split('/') as [string, string];
      if (protocol === 'tcp') host.tcp.listen(Number(port), 511);
      else host.udp.bind(Number(port));
    }
  }
}
