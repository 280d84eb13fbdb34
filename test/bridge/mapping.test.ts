// `127.0.0.1:5300=resolver:53`, and what is nearly that.
import { describe, expect, it } from 'vitest';
import { endpoint, parseMapping } from '../../src/bridge/mapping.ts';
import { Samples } from '../../src/bridge/samples.ts';
import { Malformed } from '../../src/engine/base/errors.ts';

describe('a mapping', () => {
  it('names a real end and a simulated one', () => {
    expect(parseMapping('udp', '127.0.0.1:5300=resolver', false)).toEqual({
      protocol: 'udp',
      address: '127.0.0.1',
      port: 5300,
      machine: 'resolver',
      machinePort: 53,
    });
    expect(parseMapping('tcp', '[::1]:8080=home-router:80', false)).toMatchObject({
      address: '::1',
      port: 8080,
      machine: 'home-router',
      machinePort: 80,
    });
    expect(endpoint('::1', 53)).toBe('[::1]:53');
    expect(endpoint('127.0.0.1', 53)).toBe('127.0.0.1:53');
  });

  it('stays on this computer unless told otherwise', () => {
    for (const address of ['0.0.0.0', '192.0.2.1', '[::]', '[2001:db8::1]', '128.0.0.1']) {
      expect(() => parseMapping('udp', `${address}:53=ns1`, false), address).toThrow(/--allow-remote/);
      expect(parseMapping('udp', `${address}:53=ns1`, true).port).toBe(53);
    }
    expect(parseMapping('udp', '127.255.0.9:53=ns1', false).address).toBe('127.255.0.9');
  });

  it('is refused when it is none', () => {
    const wrong = [
      '',
      'resolver',
      '5300=resolver',
      '127.0.0.1=resolver',
      '127.0.0.1:5300',
      '127.0.0.1:x=ns1',
    ];
    wrong.push('127.0.0.1:70000=ns1', '127.0.0.1:53=ns1:0', '127.0.0.1:53=ns1:70000', 'localhost:53=ns1');
    wrong.push('::1:53=ns1', '[127.0.0.1]:53=ns1', '127.0.0.1:53=a=b', '127.0.0.1:-1=ns1', '1.2.3:53=ns1');
    for (const text of wrong) expect(() => parseMapping('udp', text, true), text).toThrow(Malformed);
  });
});

describe('samples', () => {
  it('give quantiles of the latest, and the most of all', () => {
    const samples = new Samples();
    expect(samples.quantile(0.5)).toBe(0);
    samples.add(1_000);
    for (let i = 0; i < 8_192; i++) samples.add(i % 100);
    expect(samples.quantile(0.5)).toBe(49);
    expect(samples.quantile(0.99)).toBe(98);
    expect(samples.most).toBe(1_000);
    expect(samples.count).toBe(8_193);
  });
});
