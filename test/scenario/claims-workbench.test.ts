/** What the workbench claims is what its knobs say; nothing listens on it, and its names lead where its hosts are. */
import { describe, expect, it } from 'vitest';
import { formatIp } from '../../src/engine/base/ip.ts';
import { MILLISECOND } from '../../src/engine/base/units.ts';
import { Host } from '../../src/engine/net/host.ts';
import { Run } from '../../src/engine/scenario/run.ts';
import { REGION } from '../../src/engine/scenario/workbench/world.ts';
import { claimed, type Knobs, wayOf } from './reckoning.ts';

const TO_APP = ['laptop', 'home-router', 'isp', 'transit-a', 'region', 'app-1'];
const SLACK = MILLISECOND / 2;
/** What is typed at the laptop, and what then stands on its screen. */
function typed(line: string, set: Knobs = {}): string {
  const input = { time: 0, what: 'type', detail: { machine: 'laptop', line } };
  const run = new Run({ scenario: 'workbench', set, seed: 1, inputs: [input] }).finish();
  const screen = [...run.world.trace.events(['shell.output'])].filter(({ time }) => time < 60e9);
  return screen.map(({ detail }) => String(detail!['text'])).join('');
}

describe('workbench', () => {
  it.each(['11ms', '25ms', '150ms'])('its region is %s away, one way', (distance) => {
    const { run, claims } = claimed('workbench', { ping: 'first', distance });
    expect(wayOf(run, ...TO_APP)).toBe(2 * Number.parseInt(distance, 10) * MILLISECOND);
    for (const name of Object.keys(REGION))
      expect(wayOf(run, 'region', name), name).toBe(wayOf(run, 'region', 'app-1'));
    expect(Math.abs(Number(claims['ping']) - wayOf(run, ...TO_APP))).toBeLessThan(SLACK);
  });

  it('the resolver asks root, .example and ChaiCart’s server for the first name; no program runs', () => {
    expect(claimed('workbench').claims).toMatchObject({ questions: 3, programs: 0, lost: 0 });
  });

  it('loses what its knob says', () => {
    const { run, claims } = claimed('workbench', { loss: '30%' }, 4);
    const lost = [...run.world.trace.events(['frame.lost'])];
    expect(claims['lost']).toBe(lost.length);
    expect(lost.length).toBeGreaterThan(0);
  });

  it('names lead to the machines that are called so', () => {
    const { network } = new Run({ scenario: 'workbench', set: {}, seed: 1, inputs: [] });
    for (const [name, { address }] of Object.entries(REGION)) {
      const host = network.machine(name);
      if (!(host instanceof Host)) throw new Error(`${name} is no host`);
      expect(host.ip.nics.map((nic) => nic.address !== undefined && formatIp(nic.address))).toEqual([
        address,
      ]);
      const full = name === 'chaicart' ? 'chaicart.example' : `${name}.chaicart.example`;
      expect(typed(`dig +short ${full}`)).toBe(`${address}\n`);
    }
  });

  it('a forgotten line in the hosts file wins, on the laptop and nowhere in DNS', () => {
    const name = 'shop.chaicart.example';
    expect(typed(`ping -c 1 -W 1 ${name}`)).toContain(`(${REGION.chaicart.address})`);
    expect(typed(`ping -c 1 -W 1 ${name}`, { hosts: 'forgotten' })).toContain('(192.0.2.180)');
    expect(typed(`dig +short ${name}`, { hosts: 'forgotten' })).toBe(`${REGION.chaicart.address}\n`);
  });

  it('nothing listens on ChaiCart’s machines', () => {
    const { network } = new Run({ scenario: 'workbench', set: {}, seed: 1, inputs: [] });
    for (const name of Object.keys(REGION)) {
      const { tcp, udp } = network.machine(name) as Host;
      expect([...tcp.listeners()], name).toEqual([]);
      expect([...udp.sockets()], name).toEqual([]);
    }
  });
});
