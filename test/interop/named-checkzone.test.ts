/**
 * Our reader of master files and our refusals against BIND's named-checkzone: the same zones taken, and of those the
 * same records, on the hand-made files of test/vectors/zones and on generated and damaged texts.
 *
 * named-checkzone runs with its defaults but for `-i local`: the default would ask the network about names outside the
 * zone, and only ever warns of what it hears.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/engine/base/random.ts';
import { parseMasterFile } from '../../src/engine/proto/dns/zone/master-file.ts';
import { printZone } from '../../src/engine/proto/dns/zone/print-zone.ts';
import { checkZoneText } from '../../src/engine/proto/dns/zone/zone-check.ts';
import { ZoneTree } from '../../src/engine/proto/dns/zone/zone-tree.ts';
import { typeName } from '../../src/engine/wire/dns/code.ts';
import type { DnsRecord } from '../../src/engine/wire/dns/message.ts';
import { nameKey } from '../../src/engine/wire/dns/name.ts';
import { dataText } from '../../src/engine/wire/dns/text.ts';
import { damaged, randomText } from '../proto/dns/zone/zone-texts.ts';

const ORIGIN = 'chai.example.';
const RUNS = 1_200;
const SEED = 20_260_401;
const VECTORS = new URL('../vectors/zones/', import.meta.url);

const missing = spawnSync('named-checkzone', ['-v']).error !== undefined;
if (missing) console.log('named-checkzone: skipped, the program is not on this machine');
const checkzoneIt = it.skipIf(missing && !process.env['CI']);

/** Where we differ on purpose: we refuse what BIND takes. `fault` is found in each of our errors about such a text. */
const STRICTER = [
  {
    fault: /Expected: hexadecimal digits, in pairs$/,
    reason: 'RFC 3597 §5: each word has an even number of hexadecimal digits',
  },
  { fault: /^\$INCLUDE is not read here/, reason: 'a zone is one text: the engine has no files' },
  { fault: /^\$GENERATE is not read here/, reason: 'BIND’s own directive, in no RFC' },
  { fault: /^“\$DATE” is no directive/, reason: 'written by old signers, in no RFC' },
  {
    fault: /^“(?:TYPE|CLASS)0\d+” is no record type/,
    reason: 'numbers of types and classes are written without leading zeros',
  },
  {
    fault: /^the class of this zone is IN, not CLASS0\./,
    reason: 'class 0 is reserved (RFC 6895 §3.2), not absent',
  },
  {
    fault: /has letters beyond ASCII/,
    reason: 'bytes are legal in names (RFC 2181 §11); who types é means an A-label',
  },
  {
    fault: /the data of a type that is not known here/,
    reason: 'types whose form this engine does not know: RFC 3597 §5',
  },
  {
    fault: /^The DNAME at .* renames everything below it/,
    reason: 'RFC 6672 §2.4: a server may refuse data below a DNAME, which nobody would see',
  },
];

/** And the other way round: we take what BIND refuses; `log` is found in what it prints. */
const LAXER = [
  {
    log: /extra input text\n.*file does not end with newline/,
    reason:
      'BIND wants an end of line behind a directive, also at the end of the file; behind a record it does not',
  },
  {
    log: /DS record at top of zone/,
    reason:
      'BIND’s loader takes a server’s name behind the NS record for glue, and looks for DS at the name before it',
  },
];

/** Both take it, and the TTLs differ. */
const TTL_OF_SET =
  'a set has the TTL of its first record (RFC 2181 §5.2: they must not differ); BIND takes that of the last run of lines';

interface Case {
  readonly label: string;
  readonly text: string;
}

interface Verdict {
  readonly taken: boolean;
  readonly log: string;
  readonly dump: string;
}

/** named-checkzone on each text, two at a time. */
function askBind(cases: readonly Case[]): Verdict[] {
  const folder = mkdtempSync(join(tmpdir(), 'checkzone-'));
  try {
    for (const [i, { text }] of cases.entries()) writeFileSync(join(folder, `${i}.zone`), text);
    const script = `ls *.zone | xargs -P 2 -n 50 sh -c 'for f; do
      named-checkzone -i local -D -o $f.dump ${ORIGIN} $f > $f.log 2>&1; echo $? > $f.code
    done' checkzone`;
    const run = spawnSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8', timeout: 300_000 });
    if (run.status !== 0) throw new Error(`named-checkzone did not run: ${run.stderr.slice(0, 1000)}`);
    return cases.map((_, i) => {
      const read = (end: string) => readFileSync(join(folder, `${i}.zone.${end}`), 'utf8');
      const taken = read('code').trim() === '0';
      return { taken, log: read('log'), dump: taken ? read('dump') : '' };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Lines {
  /** One for each record, equal when the records are. Letter case says nothing in names. */
  readonly lines: readonly string[];
  /** The same without TTLs. */
  readonly bare: readonly string[];
  /** True when a set was written with different TTLs. */
  readonly mixed: boolean;
}

function recordsOf(text: string): Lines {
  const { records, faults } = parseMasterFile(text, ORIGIN);
  if (faults.length > 0) throw new Error(`BIND printed what we cannot read: ${JSON.stringify(faults[0])}`);
  const tree = new ZoneTree(
    ORIGIN,
    records.map(({ record }) => record),
  );
  const sets = [...tree.nodes.values()].flatMap((node) => [...node.sets.values()]).flat();
  const print = (record: DnsRecord, ttl: string): string => {
    const data = dataText(record);
    const names = /^(?:NS|CNAME|DNAME|PTR|MX|SRV|SOA)$/.test(typeName(record.type));
    return `${nameKey(record.name)} ${ttl} ${typeName(record.type)} ${names ? data.toLowerCase() : data}`;
  };
  return {
    lines: sets.map((record) => print(record, String(record.ttl))).sort(),
    bare: sets.map((record) => print(record, '')).sort(),
    mixed: records.some(({ record }) => tree.set(record.name, record.type)[0]?.ttl !== record.ttl),
  };
}

/** Differences that are not by design; `seen` counts those that are. */
function compare(cases: readonly Case[], seen: Map<string, number>): { taken: number; wrong: string[] } {
  const wrong: string[] = [];
  let taken = 0;
  for (const [i, theirs] of askBind(cases).entries()) {
    const { label, text } = cases[i]!;
    const ours = checkZoneText(text, ORIGIN);
    const told = `${label}\n${text.slice(0, 1500)}`;
    if (theirs.taken) taken += 1;
    if (theirs.taken && ours.servable) {
      const [left, right] = [recordsOf(text), recordsOf(theirs.dump)];
      if (left.lines.join('\n') === right.lines.join('\n')) continue;
      if (left.mixed && left.bare.join('\n') === right.bare.join('\n'))
        seen.set(TTL_OF_SET, (seen.get(TTL_OF_SET) ?? 0) + 1);
      else wrong.push(`${told}\nours:\n${left.lines.join('\n')}\nBIND's:\n${right.lines.join('\n')}`);
    } else if (theirs.taken) {
      for (const { severity, message } of ours.findings) {
        if (severity !== 'error') continue;
        const known = STRICTER.find(({ fault }) => fault.test(message));
        if (known) seen.set(known.reason, (seen.get(known.reason) ?? 0) + 1);
        else wrong.push(`${told}\nBIND takes it, and we say: ${message}`);
      }
    } else if (ours.servable) {
      const known = LAXER.find(({ log }) => log.test(theirs.log));
      if (known) seen.set(known.reason, (seen.get(known.reason) ?? 0) + 1);
      else wrong.push(`${told}\nwe take it, and BIND says: ${theirs.log}`);
    }
  }
  return { taken, wrong };
}

const told = (wrong: readonly string[]): string =>
  wrong.length === 0 ? '' : `${wrong.length} differ; first:\n${wrong.slice(0, 5).join('\n\n')}`;

describe('zones are taken and refused as named-checkzone takes and refuses them', () => {
  checkzoneIt('hand-made files, and each difference that is by design', () => {
    const files = readdirSync(VECTORS).sort();
    const cases = files.map((file) => ({ label: file, text: readFileSync(new URL(file, VECTORS), 'utf8') }));
    expect(cases.length).toBeGreaterThanOrEqual(60);
    for (const { label, text } of cases) expect(text, label).toMatch(/^; \S/);
    const seen = new Map<string, number>();
    const { taken, wrong } = compare(cases, seen);
    expect(told(wrong)).toBe('');
    expect(taken).toBeGreaterThan(40);
    expect(taken).toBeLessThan(cases.length - 40);
    expect([...seen.keys()].sort()).toEqual(
      [TTL_OF_SET, ...[...STRICTER, ...LAXER].map(({ reason }) => reason)].sort(),
    );
    console.log([...seen].map(([reason, count]) => `${count} × ${reason}`).join('\n'));
  });

  checkzoneIt(
    `${RUNS} generated and damaged texts`,
    () => {
      const random = new Random(SEED);
      const cases = Array.from({ length: RUNS }, (_, i): Case => {
        const text = randomText(random, 8);
        return { label: `seed ${SEED}, text ${i}`, text: i % 2 === 0 ? text : damaged(random, text, 2) };
      });
      const seen = new Map<string, number>();
      const { taken, wrong } = compare(cases, seen);
      expect(told(wrong)).toBe('');
      expect(taken).toBeGreaterThan(RUNS / 5);
      expect(taken).toBeLessThan((RUNS * 4) / 5);
    },
    300_000,
  );

  checkzoneIt('what we print of a zone is the same zone to BIND', () => {
    const random = new Random(SEED);
    const cases: Case[] = [];
    for (let i = 0; i < 2000 && cases.length < 150; i++) {
      const { records, servable } = checkZoneText(randomText(random, 10), ORIGIN);
      const values = records.map(({ record }) => record);
      if (servable) cases.push({ label: `seed ${SEED}, text ${i}`, text: printZone(values, ORIGIN) });
    }
    const { taken, wrong } = compare(cases, new Map());
    expect(told(wrong)).toBe('');
    expect(cases).toHaveLength(150);
    expect(taken).toBeGreaterThan(140); // BIND’s own mistake about DS may turn up among them
  });
});
