/**
 * Somebody who asks a name server in the name of a victim, again and again: the answers, larger than the questions, go
 * to the victim (RFC 5358 §3; §1 says that authoritative servers can be used so, too). Nothing ever comes back to the program.
 */
import type { Ip } from '../base/ip.ts';
import type { Random } from '../base/random.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import { DNS_PORT, makeQuery } from '../proto/dns/message.ts';
import { sleep, type Task } from '../sim/task.ts';
import { encodeDns } from '../wire/dns/fast.ts';

/** The largest answer that its questions ask for: the limit is left to the server. */
const UDP_SIZE = 4096;

export interface Reflection {
  /** Whose name is used. */
  readonly victim: { readonly address: Ip; readonly port: number };
  readonly server: Ip;
  readonly name: string;
  readonly type: number;
  readonly count: number;
  readonly every: Nanoseconds;
  /** Draws the ids. */
  readonly random: Random;
}

export function* reflect(host: Host, reflection: Reflection): Task {
  const { victim, server, name, type, count, every, random } = reflection;
  for (let i = 0; i < count; i++) {
    const query = makeQuery(random.below(0x1_0000), name, type, true, UDP_SIZE);
    host.udp.forge(victim, server, DNS_PORT, encodeDns(query));
    yield* sleep(host.world.kernel, every);
  }
}
