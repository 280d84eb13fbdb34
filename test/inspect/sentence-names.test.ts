/** What a reader is told of runs about names: the story of each, in the order in which it happens. */
import { describe, expect, it } from 'vitest';
import { Session } from '../../src/engine/export/session.ts';

const session = (scenario: string, set: Record<string, string> = {}): Session =>
  Session.start({ scenario, set, seed: 1, inputs: [] }).finish();

/** All that is said, a line each, without those about frames, addresses and TCP. */
function story(of: Session): string[] {
  return of.view().moments.map(({ subject, text }) => `${subject} ${text}`);
}

/** That these are said in this order, whatever stands between. */
function expectInOrder(lines: readonly string[], wanted: readonly string[]): void {
  let from = 0;
  for (const one of wanted) {
    const at = lines.indexOf(one, from);
    expect(at, `“${one}” after “${lines[from - 1] ?? 'the beginning'}”`).toBeGreaterThanOrEqual(0);
    from = at + 1;
  }
}

/** The reason of the last step that led to the first event of a kind at a machine. */
function reasonOf(of: Session, kind: string, node: string): string | undefined {
  const event = [...of.run.world.trace.events([kind])].find((one) => one.node === node)!;
  return of.why(event.id).at(-1)?.reason;
}

describe('what is told of names', () => {
  it('a lookup: who asks whom for what, and who keeps the answer for how long', () => {
    const lines = story(session('lookup', { ask: 'shop' }));
    expectInOrder(lines, [
      'Maya presses Enter: http://chaicart.example/',
      'Maya’s laptop asks its resolver, 192.168.1.1: A chaicart.example?',
      'The home router asks 203.0.113.53: A chaicart.example?',
      'The resolver asks a.root.example, 198.51.100.4: A .example?',
      'The root server refers on',
      'The resolver is referred to a.nic.example for .example',
      'The resolver asks a.nic.example, 198.51.100.20: A chaicart.example?',
      'The resolver is referred to ns1.chaicart.example, ns2.chaicart.example for chaicart.example',
      'The resolver keeps A chaicart.example for 300 s: 192.0.2.80',
      'The home router keeps A chaicart.example for 300 s: 192.0.2.80',
      'Maya’s laptop learns that chaicart.example is 192.0.2.80',
      'Maya’s laptop keeps A chaicart.example for 300 s in its browser’s cache: 192.0.2.80',
    ]);
  });

  it('which cache knew, and that names without an address are of two kinds', () => {
    expect(story(session('lookup', { known: 'browser' }))).toContain(
      'Maya’s laptop finds chaicart.example in its browser’s cache',
    );
    expect(story(session('lookup', { known: 'hosts' }))).toContain(
      'Maya’s laptop finds chaicart.example in its hosts file',
    );
    expect(story(session('lookup', { ask: 'mistyped' }))).toContain(
      'Maya’s laptop learns that there is no chiacart.example',
    );
    const none = session('lookup', { ask: 'no-address' });
    expect(story(none)).toContain('Maya’s laptop learns that orders.chaicart.example has no such record');
  });

  it('“no” that is kept, remembered, and forgotten', () => {
    expectInOrder(story(session('negative-cache')), [
      'Somebody tries the shop’s new name on Maya’s laptop',
      'ChaiCart’s first name server answers that the name does not exist',
      'The resolver remembers for 900 s that there is no shop.chaicart.example',
      'Maya’s laptop gets no address for shop.chaicart.example: ENOTFOUND',
      'ChaiCart’s first name server serves chaicart.example with serial 2026112002',
      'Maya’s laptop still remembers that there is no shop.chaicart.example',
      'Maya’s laptop forgets that there is no shop.chaicart.example',
      'Maya’s laptop has the address of shop.chaicart.example: 192.0.2.80',
    ]);
  });

  it('an answer that was cut off, and no text longer than a line', () => {
    const cut = session('truncation');
    expectInOrder(story(cut), [
      'ChaiCart’s first name server answers that there is more than fits: come back over TCP',
      'The resolver gets an answer from ns1.chaicart.example, 192.0.2.53 that was cut off',
      'The resolver asks ns1.chaicart.example, 192.0.2.53: TXT about.chaicart.example?',
      'The resolver tells 203.0.113.77 that there is more than fits',
    ]);
    expect(reasonOf(cut, 'dns.resolver.cut', 'resolver')).toBe(
      'The whole answer has more than the 1,232 bytes that its client takes over UDP.',
    );
    expect(reasonOf(cut, 'dns.resolver.truncated', 'resolver')).toBe(
      'The answer of 192.0.2.53 does not fit a datagram, so it is asked over TCP.',
    );
    for (const line of story(cut)) expect(line.length).toBeLessThan(160);
    for (const { info } of cut.view().packets) expect(info.length).toBeLessThan(250);
  });

  it('a resolver that is gone, in each of the ways', () => {
    expect(story(session('resolver-down', { how: 'closed' }))).toContain(
      'The resolver drops a datagram: no program on UDP port 53',
    );
    const silent = session('resolver-down');
    expectInOrder(story(silent), [
      'Maya’s laptop stops waiting for 203.0.113.53',
      'Maya’s laptop cannot resolve chaicart.example',
      'Maya’s laptop finds no address for chaicart.example: EAI_AGAIN',
    ]);
    expect(reasonOf(silent, 'dns.stub.fail', 'laptop')).toMatch(
      /^203.0.113.53 did not answer within 5,000\sms\.$/,
    );
  });

  it('old answers, and failures that are remembered', () => {
    const old = session('stale', { serveStale: 'on' });
    expect(story(old)).toContain('The resolver answers for chaicart.example with data that have expired');
    expectInOrder(story(session('no-service', { broken: 'both' })), [
      'ChaiCart’s first name server refuses',
      'The resolver hears REFUSED from ns1.chaicart.example, 192.0.2.53',
      'The resolver answers SERVFAIL for chaicart.example',
      'Maya’s laptop gets no address for chaicart.example: EAI_AGAIN',
    ]);
  });

  it('whose name stands on a packet, and that there are too many', () => {
    const reflected = session('reflection', { limit: 'on' });
    expectInOrder(story(reflected), [
      'Eve begins to ask in Maya’s name',
      'Eve writes to 192.0.2.53, port 53, in the name of 203.0.113.77',
      'ChaiCart’s first name server leaves 203.0.113.77 without an answer',
      'ChaiCart’s first name server tells 203.0.113.77 to come back over TCP',
    ]);
    expect(reasonOf(reflected, 'udp.forge', 'eve')).toBe(
      'Who sends a packet writes the sender’s address, and may write any.',
    );
    expect(story(session('nxdomain-storm'))).toContain('Eve begins to ask for names that nobody has');
  });
});
