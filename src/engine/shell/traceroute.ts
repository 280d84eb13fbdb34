/**
 * `traceroute`: finds the routers on the way by their complaints about datagrams whose time to live runs out there
 * (RFC 792 type 11, RFC 4443 §3.3), as traceroute 2.1.2 does it for people who are not root.
 *
 * Probes are UDP datagrams to ports that nobody should hold, from 33434 on, each from a port of its own; or echo
 * requests with `-I`. Left out: TCP and other methods, path MTU discovery, AS numbers, MPLS labels, source routes.
 */
import type { Bytes } from '../base/bytes.ts';
import { formatIp, isV4, parseIp } from '../base/ip.ts';
import { isIP } from '../base/is-ip.ts';
import type { IcmpReport } from '../net/ip/icmp-report.ts';
import type { SendOptions, SendProblem } from '../net/ip/transport.ts';
import type { Nic } from '../net/link/nic.ts';
import type { IcmpSocket } from '../net/transport/icmp-stack.ts';
import type { UdpSocket } from '../net/transport/udp-stack.ts';
import { ProgramError, type Task } from '../sim/task.ts';
import { type Env, Inbox } from './program.ts';
import {
  connectProblem,
  findTarget,
  interfaceCalled,
  problemText,
  type Target,
  zonedText,
} from './target.ts';
import {
  checkLimits,
  readTraceroute,
  type TracerouteArguments,
  type TracerouteOptions,
  TracerouteRefusal,
} from './traceroute-options.ts';
import { type Probe, type ProbeAnswer, ProbeTable } from './traceroute-probes.ts';

/** Bytes behind the IP header, unless asked otherwise. */
const USUAL_PAYLOAD = 40;
const TRANSPORT_HEADER = 8;

export function* traceroute(env: Env): Task<number> {
  try {
    const read = readTraceroute(env.args);
    const target = yield* find(env, read);
    checkLimits(read.options);
    return yield* new Tracing(env, read, target).run();
  } catch (error) {
    if (!(error instanceof TracerouteRefusal)) throw error;
    env.err(error.message);
    return error.status;
  }
}

/** The address, of IPv4 when there is one and nothing else was asked for. */
function* find(env: Env, { host, family, count }: TracerouteArguments): Task<Target> {
  try {
    if (family === undefined && isIP(host.text) === 0) {
      try {
        return yield* findTarget(env, host.text, 4);
      } catch (error) {
        if (!(error instanceof ProgramError)) throw error;
      }
    }
    return yield* findTarget(env, host.text, family);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    const where = `on position 1 (argc ${Math.min(host.position, count)})`;
    throw new TracerouteRefusal(
      2,
      `${host.text}: ${error.message}\nCannot handle "host" cmdline arg \`${host.text}' ${where}\n`,
    );
  }
}

class Tracing {
  readonly #env: Env;
  readonly #options: TracerouteOptions;
  readonly #host: string;
  readonly #target: Target;
  readonly #table: ProbeTable;
  readonly #inbox: Inbox<{ readonly probe: Probe; readonly answer: ProbeAnswer }>;
  readonly #payload: Bytes;
  readonly #sockets = new Map<Probe, UdpSocket>();
  readonly #bySequence = new Map<number, Probe>();
  #icmp: IcmpSocket | undefined;
  #via: Nic | undefined;
  #sent = 0;

  constructor(env: Env, { options, host }: TracerouteArguments, target: Target) {
    this.#env = env;
    this.#options = options;
    this.#host = host.text;
    this.#target = target;
    this.#via = target.via;
    this.#table = new ProbeTable(options);
    this.#inbox = new Inbox(env.host.world, 4096);
    const header = isV4(target.address) ? 20 : 40;
    const length = Math.max(0, (options.packetLength ?? header + USUAL_PAYLOAD) - header - TRANSPORT_HEADER);
    this.#payload = Uint8Array.from({ length }, (_, i) => 0x40 + (i & 0x3f));
  }

  *run(): Task<number> {
    const { world } = this.#env.host;
    const { address } = this.#target;
    const header = (isV4(address) ? 20 : 40) + TRANSPORT_HEADER;
    this.#env.out(
      `traceroute to ${this.#host} (${zonedText(address, this.#target.via)}), ` +
        `${this.#options.maxHops} hops max, ${header + this.#payload.length} byte packets`,
    );
    const problem = this.#prepare();
    if (problem !== undefined) {
      this.#env.err(`\n${problem}\n`);
      return 1;
    }
    try {
      for (;;) {
        let failure: string | undefined;
        const step = this.#table.step(world.now, (probe) => {
          failure ??= this.#send(probe);
        });
        if (step.text !== '') this.#env.out(step.text);
        if (failure !== undefined) {
          this.#env.err(`\nsend: ${failure}\n`);
          return 1;
        }
        if (step.isOver) break;
        const heard = yield* this.#inbox.next(step.wakeAt);
        if (heard && !heard.probe.isDone) {
          this.#sockets.get(heard.probe)?.close();
          this.#sockets.delete(heard.probe);
          this.#table.answered(heard.probe, heard.answer);
        }
      }
      this.#env.out('\n');
      return 0;
    } finally {
      for (const socket of this.#sockets.values()) socket.close();
      this.#icmp?.close();
    }
  }

  /** Interface, source and way, as the first socket would find them; what is wrong with them. */
  #prepare(): string | undefined {
    const { host } = this.#env;
    const { device, source, method } = this.#options;
    const { address } = this.#target;
    if (device !== undefined) {
      this.#via = interfaceCalled(host, device);
      if (!this.#via) return `setsockopt SO_BINDTODEVICE: ${problemText('ENODEV')}`;
    }
    if (source !== undefined) {
      const own = isIP(source) !== 0 ? parseIp(source) : undefined;
      if (own === undefined || !host.ip.isLocal(own)) return `bind: ${problemText('EADDRNOTAVAIL')}`;
      if (own !== host.ip.sourceFor(address, this.#via))
        return `bind: another source than ${formatIp(host.ip.sourceFor(address, this.#via) ?? own)} is not available here`;
    }
    const problem = connectProblem(host, address, this.#via);
    if (problem !== undefined) return `connect: ${problemText(problem)}`;
    if (method === 'icmp') this.#openIcmp();
    return undefined;
  }

  #openIcmp(): void {
    const { icmp, world } = this.#env.host;
    const socket = icmp.open(isV4(this.#target.address) ? 4 : 6);
    this.#icmp = socket;
    socket.onReply = ({ sequence, from, nic, hopLimit }) => {
      const probe = this.#bySequence.get(sequence);
      const answer = { from: this.#name(from, nic), at: world.now, mark: '', isFinal: true, hopLimit };
      if (probe) this.#inbox.put({ probe, answer });
    };
    socket.onError = ({ sequence, report }) => {
      const probe = this.#bySequence.get(sequence);
      if (probe) this.#inbox.put({ probe, answer: this.#fromReport(report) });
    };
  }

  /** Sends one probe; what stops the whole program, if so. */
  #send(probe: Probe): string | undefined {
    const { method, port, trafficClass, isWhole } = this.#options;
    const { address } = this.#target;
    const how: SendOptions = {
      hopLimit: probe.ttl,
      fragment: isWhole ? 'do' : 'dont',
      via: this.#via,
      trafficClass,
    };
    const number = (port + this.#sent) & 0xffff;
    this.#sent += 1;
    let problem: SendProblem | undefined;
    if (method === 'icmp') {
      this.#bySequence.set(number, probe);
      problem = this.#icmp!.send(address, number, this.#payload, how);
    } else {
      const socket = this.#openUdp(probe);
      problem = socket.send(address, number, this.#payload, how);
    }
    // an unreachable neighbour says more by and by
    if (problem === undefined || problem === 'EHOSTUNREACH') return undefined;
    if (problem !== 'EMSGSIZE') return problemText(problem);
    const { host } = this.#env;
    this.#sockets.get(probe)?.close();
    this.#sockets.delete(probe);
    this.#table.answered(probe, {
      from: undefined,
      at: host.world.now,
      mark: `!F-${host.ip.mtuFor(address)}`,
      isFinal: true,
      hopLimit: 64,
    });
    return undefined;
  }

  #openUdp(probe: Probe): UdpSocket {
    const { udp, world } = this.#env.host;
    const socket = udp.bind();
    this.#sockets.set(probe, socket);
    socket.onReceive = ({ from, nic, hopLimit }) => {
      const answer = { from: this.#name(from, nic), at: world.now, mark: '', isFinal: true, hopLimit };
      this.#inbox.put({ probe, answer });
    };
    socket.onError = ({ report }) => this.#inbox.put({ probe, answer: this.#fromReport(report) });
    return socket;
  }

  #fromReport(report: IcmpReport): ProbeAnswer {
    return {
      from: this.#name(report.from, this.#via),
      at: this.#env.host.world.now,
      mark: markOf(report),
      isFinal: report.kind !== 'time-exceeded',
      hopLimit: report.hopLimit,
    };
  }

  #name(address: IcmpReport['from'], nic: Nic | undefined): NonNullable<ProbeAnswer['from']> {
    const key = zonedText(address, nic);
    return { key, text: this.#options.isNumeric ? key : `${this.#env.nameOf(address) ?? key} (${key})` };
  }
}

/** `!H` and its relatives; empty for what every traceroute ends with. */
function markOf({ kind, type, code, mtu }: IcmpReport): string {
  switch (kind) {
    case 'time-exceeded':
    case 'port-unreachable':
      return '';
    case 'net-unreachable':
      return '!N';
    case 'host-unreachable':
      return '!H';
    case 'prohibited':
      return '!X';
    case 'protocol-unreachable':
      return '!P';
    case 'too-big':
      return `!F-${mtu}`;
    default:
      return type === 3 || type === 1 ? `!<${code}>` : `!<${type}-${code}>`;
  }
}
