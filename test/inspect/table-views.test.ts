import { describe, expect, it } from 'vitest';
import { MINUTE, NEVER, SECOND } from '../../src/engine/base/units.ts';
import { Session } from '../../src/engine/export/session.ts';
import { left } from '../../src/engine/inspect/table-views.ts';

const session = (scenario: string) => Session.start({ scenario, set: {}, seed: 1, inputs: [] }).finish();
const table = (of: Session, name: string, time: number) =>
  of.tables('home-router', time).find((one) => one.name === name);

describe('tables as texts', () => {
  it('give every row of the translation table its life, and the words for it', () => {
    const nat = table(session('nat'), 'NAT', SECOND)!;
    expect(nat.rows.length).toBe(4);
    expect(nat.lives?.length).toBe(4);
    const udp = nat.rows.findIndex(([inside]) => inside!.startsWith('UDP'));
    const { expires, timeout } = nat.lives![udp]!;
    expect(timeout).toBe(5 * MINUTE);
    // the television reports at the full second, a moment after the router sees it
    expect(expires).toBeGreaterThan(5 * MINUTE);
    expect(nat.rows[udp]!.at(-1)).toBe('5\u00a0min');
    expect(nat.room).toBeUndefined();
  });

  it('say of a forward that it is never forgotten', () => {
    const nat = table(session('hairpin'), 'NAT', SECOND)!;
    const forward = nat.rows.findIndex(([, , remote]) => remote === 'anyone');
    expect(nat.rows[forward]!.at(-1)).toBe('never');
    expect(nat.lives![forward]).toBeUndefined();
  });

  it('count the ports where there are few, and list what was turned away', () => {
    const full = session('nat-exhaustion');
    expect(table(full, 'NAT', 0)!.room).toEqual({ what: 'TCP ports', used: 0, all: 8 });
    expect(table(full, 'NAT', 0.35 * SECOND)!.room?.used).toBe(4);
    expect(table(full, 'Refused', 0.35 * SECOND)).toBeUndefined();
    expect(table(full, 'NAT', SECOND)!.room).toEqual({ what: 'TCP ports', used: 8, all: 8 });
    const refused = table(full, 'Refused', 1.05 * SECOND)!;
    expect(refused.columns).toEqual(['When', 'From', 'To', 'Why']);
    expect(refused.rows.length).toBe(3);
    expect(refused.rows[0]!.slice(1, 3)).toEqual(['192.168.1.23', '192.0.2.80']);
    // the latest first
    expect(refused.rows.map(([when]) => when)).toEqual(['1,001\u00a0ms', '901\u00a0ms', '801\u00a0ms']);
  });

  it('count the time that is left in the unit that counts', () => {
    const texts = [7440, 4 * 60 + 58, 298.2, 240, 60, 59.94, 1.25, 0.25].map((rest) =>
      left(rest * SECOND, 0),
    );
    expect(texts.map((text) => text.replaceAll('\u00a0', ' '))).toEqual([
      '2 h 4 min',
      '4 min 58 s',
      '4 min 59 s',
      '4 min',
      '1 min',
      '59.9 s',
      '1.3 s',
      '250 ms',
    ]);
    expect(left(NEVER, 5)).toBe('never');
  });

  it('keep to what was known at the moment: rows run out', () => {
    const nat = session('nat');
    expect(table(nat, 'NAT', 2 * SECOND)!.rows.length).toBeGreaterThan(0);
    expect(table(nat, 'NAT', 30 * MINUTE)!.rows).toEqual([]);
  });
});
