/** What must hold for any text: reading ends and never throws, printing is the inverse of reading. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Random } from '../../../../src/engine/base/random.ts';
import { LIMITS, parseMasterFile } from '../../../../src/engine/proto/dns/zone/master-file.ts';
import { printZone } from '../../../../src/engine/proto/dns/zone/print-zone.ts';
import { entriesOf } from '../../../../src/engine/proto/dns/zone/tokens.ts';
import { parseTtl, ttlText } from '../../../../src/engine/proto/dns/zone/ttl-text.ts';
import { Zone } from '../../../../src/engine/proto/dns/zone/zone.ts';
import { checkZoneText } from '../../../../src/engine/proto/dns/zone/zone-check.ts';
import { CLASS, isMetaType } from '../../../../src/engine/wire/dns/code.ts';
import { recordText } from '../../../../src/engine/wire/dns/text.ts';
import { dnsRecord } from '../../../wire/dns/arbitrary.ts';
import { damaged, randomText } from './zone-texts.ts';

const ORIGIN = 'chai.example.';
const SEED = 11;

it('20,000 damaged texts are read to their end; places lie in the text; a zone is built or refused', () => {
  const random = new Random(SEED);
  const held = { whole: 0, faulty: 0 };
  for (let i = 0; i < 20_000; i++) {
    const text = damaged(random, randomText(random, 5), 4);
    const at = `seed ${SEED}, text ${i}:\n${text}`;
    const { records, faults } = parseMasterFile(text, ORIGIN);
    held[faults.length === 0 ? 'whole' : 'faulty'] += 1;
    const lines = text.split(/\r\n|\n|\r/);
    // A lone CR inside a comment or a quote ends no line, so a line can be longer than it looks here
    const outside = /\r(?!\n)/.test(text)
      ? undefined
      : [...faults, ...records].find(
          ({ line, column, length }) => column + length - 1 > Math.max(1, lines[line - 1]?.length ?? -1),
        );
    if (faults.length > LIMITS.faults || outside)
      throw new Error(`${at}\n${faults.length} faults; ${JSON.stringify(outside)}`);
    if (i % 10 > 0) continue;
    const { servable } = checkZoneText(text, ORIGIN);
    const build = () => new Zone({ origin: ORIGIN, text });
    if (servable) expect(build, at).not.toThrow();
    else expect(build, at).toThrow(/^zone chai\.example\.: /);
  }
  expect(held.whole).toBeGreaterThan(2000);
  expect(held.faulty).toBeGreaterThan(2000);
});

it('what is printed reads back as the same records, and prints the same again', () => {
  const random = new Random(SEED);
  let printed = 0;
  for (let i = 0; i < 3000; i++) {
    const text = randomText(random, 12);
    const first = parseMasterFile(text, ORIGIN).records.map(({ record }) => record);
    const once = printZone(first, ORIGIN);
    const { records, faults } = parseMasterFile(once, ORIGIN);
    const at = `seed ${SEED}, text ${i}:\n${once}`;
    expect(faults, at).toEqual([]);
    expect(records.map(({ record }) => recordText(record)).sort(), at).toEqual(first.map(recordText).sort());
    expect(
      printZone(
        records.map(({ record }) => record),
        ORIGIN,
      ),
      at,
    ).toBe(once);
    printed += records.length;
  }
  expect(printed).toBeGreaterThan(10_000);
});

it('any record of any type, as wire/dns prints it and as a printed zone, reads back', () => {
  const held = dnsRecord
    .filter(({ type, ttl }) => !isMetaType(type) && ttl < 2 ** 31)
    .map((record) => ({ ...record, class: CLASS.IN }));
  fc.assert(
    fc.property(fc.array(held, { minLength: 1, maxLength: 5 }), (records) => {
      const texts = records.map(recordText);
      for (const text of [texts.join('\n'), printZone(records, 'example.')]) {
        const file = parseMasterFile(text, 'example.');
        expect(file.faults, text).toEqual([]);
        expect(file.records.map(({ record }) => recordText(record)).sort()).toEqual([...texts].sort());
      }
    }),
    { numRuns: 1000 },
  );
});

it('a text of thousands of open parentheses takes no longer than one of records', () => {
  let entries = 0;
  for (const entry of entriesOf('a (\n'.repeat(2000))) {
    entries += 1;
    expect(entry.fault?.message).toContain('never closed');
    if (entries >= LIMITS.faults) break;
  }
  expect(entries).toBe(LIMITS.faults);
});

it('columns are aligned, and the numbers of the SOA explained', () => {
  const text = `@ 3600 SOA ns hostmaster 7 2h 15m 2w 1m
@ 3600 NS ns
ns 3600 A 192.0.2.1
www 60 A 192.0.2.80
 60 AAAA 2001:db8::80
other.example. 3600 TXT "not ours"
`;
  const records = parseMasterFile(text, ORIGIN).records.map(({ record }) => record);
  expect(printZone(records, ORIGIN)).toBe(`$ORIGIN chai.example.
$TTL 3600 ; 1h
@                 IN SOA  ns.chai.example. hostmaster.chai.example. (
    7          ; serial
    7200       ; refresh: 2h
    900        ; retry: 15m
    1209600    ; expire: 2w
    60         ; negative answers: 1m
    )
                  IN NS   ns.chai.example.
ns                IN A    192.0.2.1
www            60 IN A    192.0.2.80
               60 IN AAAA 2001:db8::80
other.example.    IN TXT  "not ours"
`);
});

it('times with units read back', () => {
  const random = new Random(SEED);
  for (let i = 0; i < 1000; i++) {
    const seconds = random.below(2 ** 31);
    expect(parseTtl(ttlText(seconds)), `seed ${SEED}: ${seconds}`).toBe(seconds);
  }
  expect(ttlText(0)).toBe('0');
});
