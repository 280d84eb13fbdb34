// The pure parts of the zone editor: what is wrong with a text, the serial, what a cache's row is worth, the loads.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunRequest } from '#engine/inspect/view.ts';
import { MAX_LINES_TEXT } from '../../components/engine/link.ts';
import {
  checkZone,
  judge,
  MAX_ZONE,
  offsetOf,
  raiseSerial,
  serialOf,
} from '../../components/engine/zones.ts';
import { loadInput, loadsOf, servedAt, withoutLoads } from '../../components/figure/zone/zone-loads.ts';
import { paint } from '../../components/figure/zone/zone-paint.ts';
import { Session } from '../../src/engine/export/session.ts';
import { Zone } from '../../src/engine/proto/dns/zone/zone.ts';

const ORIGIN = 'chaicart.example.';
const SECOND = 1e9;
const run = (inputs: RunRequest['inputs'] = []): Session =>
  Session.start({ scenario: 'own-zone', set: {}, seed: 1, inputs }).finish();
const [zone] = run().view().zones;
const text = zone!.text;
const apply = (text: string, served = text): string => {
  const change = raiseSerial(text, served)!;
  return text.slice(0, change.from) + change.insert + text.slice(change.to);
};

describe('a text in the editor', () => {
  it('has nothing wrong with it at first that keeps it from being served', () => {
    const { servable, findings } = checkZone(text, ORIGIN, text);
    expect(servable).toBe(true);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('is servable when, and only when, a server takes it', () => {
    const broken = [
      text.replace('192.0.2.80', '192.0.2.800'),
      text.replace('@              MX     10 mail', '@              CNAME  elsewhere.example.'),
      text.replace(')', ''),
      text.replace(/^@ .*NS .*$/gm, ''),
      text.replace('www ', 'www  '),
      '',
    ];
    for (const one of broken) {
      let isTaken = true;
      try {
        new Zone({ origin: ORIGIN, text: one });
      } catch {
        isTaken = false;
      }
      expect(checkZone(one, ORIGIN).servable, one).toBe(isTaken);
    }
  });

  it('points at what is wrong', () => {
    const broken = text.replace('192.0.2.80', '192.0.2.800');
    const [found] = checkZone(broken, ORIGIN).findings.filter(({ severity }) => severity === 'error');
    const from = offsetOf(broken, found!.line!, found!.column!);
    expect(broken.slice(from, from + found!.length!)).toBe('192.0.2.800');
  });

  it('is warned of when its serial did not grow, and no longer when it did', () => {
    const moved = text.replace('192.0.2.80', '192.0.2.180');
    const serial = (one: string) =>
      checkZone(one, ORIGIN, text).findings.filter(({ spec }) => spec === 'RFC 1034 §4.3.5');
    expect(serial(moved)).toHaveLength(1);
    expect(serial(apply(moved, text))).toEqual([]);
  });

  it('may be as long as a link carries it', () => {
    expect(MAX_LINES_TEXT).toBe(MAX_ZONE);
  });

  it('is not read when it is longer than a server is given', () => {
    const { findings, servable } = checkZone('; \n'.repeat(MAX_ZONE), ORIGIN);
    expect(servable).toBe(false);
    expect(findings).toHaveLength(1);
  });
});

describe('the serial', () => {
  it('is raised where it stands, and nothing else changes', () => {
    expect(apply(text)).toBe(text.replace('2026112001', '2026112002'));
    expect(apply(apply(text), text)).toContain('2026112003');
    // above what is served, also when the text is older
    expect(apply(text, text.replace('2026112001', '2026112040'))).toContain('2026112041');
  });

  it('is found in one line, too, begins anew past 32 bits, and is not where there is none', () => {
    const line = (serial: string) => `@ SOA ns1 soa ${serial} 1 1 1 1 ; SOA a b 7\n`;
    expect(apply(line('4294967295'))).toBe(line('0'));
    expect(serialOf(line('7'))!.serial).toBe(7);
    expect(serialOf(` IN SOA a. b. 9 1 1 1 1`)!.serial).toBe(9);
    for (const none of ['', '@ A 192.0.2.1', line('x'), '; @ SOA a b 1 1 1 1 1', '@ SOA a'])
      expect(serialOf(none), none).toBeUndefined();
  });
});

describe('positions', () => {
  it('stay within the text, whatever line and column are asked for', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '\n', ' ') }),
        fc.nat(9),
        fc.nat(9),
        (text, line, column) => {
          const at = offsetOf(text, line + 1, column + 1);
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at).toBeLessThanOrEqual(text.length);
          const before = text.slice(0, at).split('\n');
          // past the last line it is the end of the text
          if (line >= text.split('\n').length) expect(at).toBe(text.length);
          else expect([before.length, before.at(-1)!.length <= column]).toEqual([line + 1, true]);
        },
      ),
    );
  });
});

describe('colours', () => {
  it('are of words, in order, within the text', () => {
    const unit = fc.constantFrom(...'a1;"\\() \t\n$SOA');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 80 }), (text) => {
        let last = 0;
        for (const { from, to } of paint(text)) {
          expect(from).toBeGreaterThanOrEqual(last);
          expect(to).toBeGreaterThan(from);
          last = to;
        }
        expect(last).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it('tell comments, types, numbers and quotes apart', () => {
    const line = '$TTL 300\nns 1d A 192.0.2.1 ; "x"\n@ TXT "a;b" MX';
    expect(paint(line).map(({ from, to, kind }) => [line.slice(from, to), kind])).toEqual([
      ['$TTL', 'directive'],
      ['300', 'number'],
      ['1d', 'number'],
      ['A', 'type'],
      ['; "x"', 'comment'],
      ['TXT', 'type'],
      ['"a;b"', 'string'],
    ]);
  });
});

describe('loads', () => {
  const moved = apply(text.replace('192.0.2.80', '192.0.2.180'));
  const broken = moved.replace('192.0.2.180', '192.0.2.1800');
  const inputs = [
    loadInput(zone!, broken, 90 * SECOND),
    { time: 5, what: 'restart', detail: { machine: 'laptop' } },
    loadInput(zone!, moved, 60 * SECOND),
  ];
  const session = run(inputs);
  const loads = loadsOf(session.view(), zone!, session.nameServerLog());

  it('are listed as the server got them, with what it made of them', () => {
    expect(loads.map(({ time, input, outcome }) => [time, input, outcome?.serial])).toEqual([
      [60 * SECOND, 2, 2026112002],
      [90 * SECOND, 0, undefined],
    ]);
    expect(loads[1]!.outcome!.reason).not.toBe('');
    expect(withoutLoads(inputs, [zone!])).toEqual([inputs[1]]);
  });

  it('say what is served: a refused one changes nothing', () => {
    expect(servedAt(loads, text, 60 * SECOND - 1)).toBe(text);
    expect(servedAt(loads, text, 60 * SECOND)).toBe(moved);
    expect(servedAt(loads, text, 100 * SECOND)).toBe(moved);
  });

  it('make rows of caches old, new, or neither', () => {
    const row = { name: ORIGIN, type: 'A', data: '192.0.2.80', ttl: 1, expires: 1 };
    const atFirst = judge(ORIGIN, text, text);
    const since = judge(ORIGIN, moved, text);
    expect(atFirst(row)).toBe('same');
    expect(since(row)).toBe('old');
    expect(since({ ...row, data: '192.0.2.180' })).toBe('new');
    expect(since({ ...row, type: 'NS', data: 'ns2.chaicart.example., ns1.chaicart.example.' })).toBe('same');
    expect(since({ ...row, name: 'gone.chaicart.example.', type: '*', data: 'NXDOMAIN' })).toBe('same');
    expect(since({ ...row, name: 'www.chaicart.example.', type: '*', data: 'NXDOMAIN' })).toBe('old');
    expect(since({ ...row, name: 'mail.chaicart.example.', type: 'AAAA', data: 'NODATA' })).toBe('same');
    expect(since({ ...row, data: 'SERVFAIL' })).toBe('other');
    expect(since({ ...row, name: 'a.nic.example.' })).toBe('other');
    expect(judge(ORIGIN, broken, text)(row)).toBe('other');
  });

  it('judge what the run really cached: at rest all is as the zone says, after a load nothing that is younger is old', () => {
    const rows = (time: number) =>
      run([loadInput(zone!, moved, 60 * SECOND)])
        .caches(time)
        .flatMap(({ rows }) => rows);
    for (const row of rows(50 * SECOND)) expect(judge(ORIGIN, text, text)(row), row.name).not.toBe('old');
    const standings = rows(70 * SECOND).map(judge(ORIGIN, moved, text));
    expect(standings).toContain('old');
  });
});
