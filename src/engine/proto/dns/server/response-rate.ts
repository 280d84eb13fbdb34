/**
 * Response rate limiting: a name server is no amplifier for whoever forges the addresses of others.
 *
 * No RFC; the scheme of BIND and NSD. Like responses to one network share an account, which earns so many responses a
 * second and may owe for as long as the window. While it owes, responses over UDP are left out, but every second one
 * (`slip`) goes as an empty one with TC: a true client comes back over TCP, where no address is forged, and learns that
 * way also while somebody abuses its address.
 *
 * Not here: accounts for TCP, or for those who show a server cookie (RFC 7873 §5.2.5): their address is their own.
 */
import { networkOf } from '../../../base/cidr.ts';
import { formatIp, type Ip } from '../../../base/ip.ts';
import { type Nanoseconds, SECOND } from '../../../base/units.ts';

export interface ResponseRate {
  /** Like responses a second that one network gets. */
  readonly responsesPerSecond: number;
  /** Of those that are too many, each so-and-so-many-th goes out truncated; 0 for none. 2 where it is not given. */
  readonly slip?: number;
  /** Seconds that an account may be in debt. 15 where it is not given, as in BIND. */
  readonly window?: number;
}

/** What to do with a response. */
export type Admission = 'send' | 'slip' | 'drop';

interface Account {
  /** In nanoseconds' worth of responses: one costs SECOND / rate. */
  balance: Nanoseconds;
  seen: Nanoseconds;
  limited: number;
}

/** Networks and answers that are remembered at once. */
const MAX_ACCOUNTS = 10_000;

export class ResponseLimiter {
  readonly #rate: ResponseRate;
  readonly #accounts = new Map<string, Account>();

  constructor(rate: ResponseRate) {
    this.#rate = rate;
  }

  /** `kind` is what makes responses alike: a name that exists, or the zone for what does not. */
  admit(client: Ip, kind: string, now: Nanoseconds): Admission {
    const { responsesPerSecond, slip = 2, window = 15 } = this.#rate;
    const account = this.#account(`${networkText(client)} ${kind}`, now);
    account.balance = Math.min(SECOND, account.balance + (now - account.seen));
    account.seen = now;
    account.balance = Math.max(-window * SECOND, account.balance - SECOND / responsesPerSecond);
    if (account.balance >= 0) {
      account.limited = 0;
      return 'send';
    }
    account.limited++;
    return slip > 0 && account.limited % slip === 0 ? 'slip' : 'drop';
  }

  #account(key: string, now: Nanoseconds): Account {
    const known = this.#accounts.get(key);
    // The one that was used last stands last, so that the first is the one to forget
    const account = known ?? { balance: SECOND, seen: now, limited: 0 };
    this.#accounts.delete(key);
    if (this.#accounts.size >= MAX_ACCOUNTS) this.#accounts.delete(this.#accounts.keys().next().value!);
    this.#accounts.set(key, account);
    return account;
  }
}

/** Neighbours share an account, since forgers choose among them: /24 and /56, as BIND does. */
function networkText(client: Ip): string {
  const prefixLength = typeof client === 'number' ? 24 : 56;
  return formatIp(networkOf({ address: client, prefixLength } as Parameters<typeof networkOf>[0]).address);
}
