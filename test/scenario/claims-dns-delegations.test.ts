/** Broken delegations and a broken AAAA record: what the scenarios claim follows from links, timers and RFCs. */
import { describe, expect, it } from 'vitest';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import { Run } from '../../src/engine/scenario/run.ts';

type Value = number | string | undefined;

function runOf(scenario: string, set: Readonly<Record<string, string>> = {}) {
  const run = new Run({ scenario, set, seed: 1, inputs: [] }).finish();
  expect(run.cutShort, JSON.stringify(set)).toBeUndefined();
  const claims: Record<string, Value> = Object.fromEntries(
    Object.entries(run.claims()).map(([name, { value }]) => [name, value]),
  );
  return { run, claims };
}

/** There and back over the links between machines that stand beside each other. */
function wayOf(run: Run, ...machines: string[]): number {
  const delays = machines.slice(1).map((to, i) => run.network.channelOf(machines[i]!, to).delay);
  return 2 * delays.reduce((sum, delay) => sum + delay, 0);
}

/** Frames take time to be sent and servers to work: so much is forgiven for each way. */
const SLACK = MILLISECOND / 2;
function expectNear(value: Value, expected: number, ways = 1): void {
  expect(Number(value)).toBeGreaterThanOrEqual(expected);
  expect(Number(value)).toBeLessThan(expected + ways * SLACK);
}

const HOME = ['laptop', 'home-router', 'isp', 'resolver'];
const ROOT = ['resolver', 'isp', 'transit-a', 'root'];
const TLD = ['resolver', 'isp', 'transit-a', 'tld'];
const NS1 = ['resolver', 'isp', 'transit-a', 'transit-b', 'ns1'];
const NS2 = ['resolver', 'isp', 'transit-a', 'ns2'];
const SHOP = ['laptop', 'home-router', 'isp', 'transit-a', 'transit-b', 'chaicart'];

describe('no-service', () => {
  it('is a walk of three questions where all is well, and one more where a server refuses', () => {
    const { run, claims } = runOf('no-service', { broken: 'none' });
    const walk = wayOf(run, ...HOME) + wayOf(run, ...ROOT) + wayOf(run, ...TLD);
    const last = [NS1, NS2].map((way) => walk + wayOf(run, ...way));
    expect([claims['outcome'], claims['rcode'], claims['asked'], claims['askedAgain']]).toEqual([
      '192.0.2.80',
      'NOERROR',
      3,
      0,
    ]);
    expect(last.some((time) => Math.abs(Number(claims['ended']) - time) < 4 * SLACK)).toBe(true);
  });

  it.each(['refuses', 'silent', 'refers'])(
    'comes to the right answer while one server is left (%s)',
    (how) => {
      const { claims } = runOf('no-service', { broken: 'one', how });
      expect([claims['outcome'], claims['rcode']]).toEqual(['192.0.2.80', 'NOERROR']);
      expect(Number(claims['asked'])).toBeLessThanOrEqual(3 + 1);
      expect(claims['askedAgain']).toBe(0);
    },
  );

  it.each(['refuses', 'refers'])('is over soon when both say that they do not serve it (%s)', (how) => {
    const { run, claims } = runOf('no-service', { broken: 'both', how });
    expect(claims['rcode']).toBe('SERVFAIL');
    expect(claims['outcome']).toBe('EAI_AGAIN');
    // the parent is asked once more whether the servers are still these (RFC 9520 §3.3: at most once)
    const once = wayOf(run, ...NS1) + wayOf(run, ...NS2);
    const bound = wayOf(run, ...HOME) + wayOf(run, ...ROOT) + 2 * wayOf(run, ...TLD) + 2 * once;
    expect(Number(claims['ended'])).toBeGreaterThan(once);
    expect(Number(claims['ended'])).toBeLessThan(bound + 10 * SLACK);
  });

  it('takes longer than the stub waits for an answer when both are silent, and remembers it', () => {
    const refusing = runOf('no-service', { broken: 'both' }).claims;
    const { claims } = runOf('no-service', { broken: 'both', how: 'silent' });
    expect(claims['rcode']).toBe('SERVFAIL');
    // a silent server is given three tries (RFC 9520 §3.1), and the first waits at least as long as a round trip
    expect(Number(claims['ended'])).toBeGreaterThan(10 * Number(refusing['ended']));
    expect(Number(claims['asked'])).toBeLessThanOrEqual(3 + 1 + 2 * 2 * 3);
    // RFC 9520 §3.2: a failure is kept for a second at least, and the second lookup comes within its five
    expect(claims['askedAgain']).toBe(0);
  });
});

describe('missing-glue', () => {
  it('is a walk of three with glue', () => {
    const { run, claims } = runOf('missing-glue', { glue: 'given' });
    const walk = [HOME, ROOT, TLD, NS1].reduce((sum, way) => sum + wayOf(run, ...way), 0);
    expectNear(claims['ended'], walk, 4);
    expect([claims['asked'], claims['rcode'], claims['outcome']]).toEqual([3, 'NOERROR', '192.0.2.80']);
  });

  it('has no way to a server inside the zone without it', () => {
    const { run, claims } = runOf('missing-glue', { glue: 'missing' });
    expect([claims['rcode'], claims['outcome']]).toEqual(['SERVFAIL', 'EAI_AGAIN']);
    // nobody who could know is ever reached
    expect([...run.world.trace.events(['dns.authority.answer'])].some(({ node }) => node === 'ns1')).toBe(
      false,
    );
  });

  it('waits for a machine that is not there when the glue is old', () => {
    const { claims } = runOf('missing-glue', { glue: 'outdated' });
    expect(claims['rcode']).toBe('SERVFAIL');
    expect(Number(claims['ended'])).toBeGreaterThan(SECOND);
  });

  it('costs nothing more when the parent has the address of a sibling to add (RFC 9471 §2.2)', () => {
    const { run, claims } = runOf('missing-glue', { glue: 'elsewhere' });
    const walk = [HOME, ROOT, TLD, NS1].reduce((sum, way) => sum + wayOf(run, ...way), 0);
    expectNear(claims['ended'], walk, 4);
    expect([claims['asked'], claims['rcode'], claims['outcome']]).toEqual([3, 'NOERROR', '192.0.2.80']);
  });
});

describe('broken-aaaa', () => {
  /** Both families are asked for at once: one walk, the questions beside each other. */
  const named = (run: Run): number =>
    [HOME, ROOT, TLD, NS1].reduce((sum, way) => sum + wayOf(run, ...way), 0);

  it.each(['happy-eyeballs', 'one-by-one'])(
    'costs one round trip where it works, or is not there (%s)',
    (client) => {
      for (const [ipv6, family] of [
        ['works', 'IPv6'],
        ['none', 'IPv4'],
      ] as const) {
        const { run, claims } = runOf('broken-aaaa', { client, ipv6 });
        expectNear(claims['connected'], named(run) + wayOf(run, ...SHOP), 6);
        expect([claims['family'], claims['attempts'], claims['penalty']]).toEqual([family, 1, 0]);
      }
    },
  );

  it('costs the way to whoever refuses', () => {
    for (const client of ['happy-eyeballs', 'one-by-one']) {
      const { run, claims } = runOf('broken-aaaa', { client, ipv6: 'refused' });
      expectNear(claims['penalty'], wayOf(run, ...SHOP.slice(0, -1)));
      expect([claims['family'], claims['attempts']]).toEqual(['IPv4', 2]);
    }
  });

  it('costs the connection attempt delay with Happy Eyeballs (RFC 8305 §8: 250 ms)', () => {
    const { run, claims } = runOf('broken-aaaa');
    expect([claims['family'], claims['attempts'], claims['penalty']]).toEqual(['IPv4', 2, 250 * MILLISECOND]);
    expectNear(claims['connected'], named(run) + 250 * MILLISECOND + wayOf(run, ...SHOP), 6);
  });

  it('costs all that Linux waits for an answer to a SYN without', () => {
    const { claims } = runOf('broken-aaaa', { client: 'one-by-one' });
    // four a second apart (tcp_syn_linear_timeouts), then seven waits that double (tcp_syn_retries is six)
    expect(claims['penalty']).toBe((4 + 2 ** 7 - 1) * SECOND);
    expect([claims['family'], claims['attempts']]).toEqual(['IPv4', 2]);
  });
});
