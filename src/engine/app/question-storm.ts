/**
 * Somebody who asks a resolver for names that nobody has ever asked for, one after another: random subdomains, also known
 * as a water torture attack. What comes back is thrown away.
 */
import type { Ip } from '../base/ip.ts';
import type { Random } from '../base/random.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import { DNS_PORT, makeQuery } from '../proto/dns/message.ts';
import { sleep, type Task } from '../sim/task.ts';
import { TYPE } from '../wire/dns/code.ts';
import { encodeDns } from '../wire/dns/fast.ts';

export interface Storm {
  readonly resolver: Ip;
  /** Below which the random labels stand: `chaicart.example.` */
  readonly below: string;
  readonly count: number;
  readonly every: Nanoseconds;
  readonly random: Random;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

export function* storm(host: Host, { resolver, below, count, every, random }: Storm): Task {
  const socket = host.udp.bind();
  try {
    for (let i = 0; i < count; i++) {
      const label = Array.from({ length: 10 }, () => LETTERS[random.below(LETTERS.length)]).join('');
      const query = makeQuery(random.below(0x1_0000), `${label}.${below}`, TYPE.A, true, undefined);
      socket.send(resolver, DNS_PORT, encodeDns(query));
      yield* sleep(host.world.kernel, every);
    }
  } finally {
    socket.close();
  }
}
