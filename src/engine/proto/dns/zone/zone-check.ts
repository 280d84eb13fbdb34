/**
 * A zone looked over before it is served: everything that is wrong or doubtful, in plain words, with its place.
 *
 * An error is what keeps the zone from being served (zone-errors.ts, and texts that cannot be read); warnings and notes
 * are zone-advice.ts's and record-advice.ts's. Serial numbers are compared after RFC 1982.
 *
 * Not here: what only the network knows (whether a server answers, whether the parent agrees).
 */
import { seqGt } from '../../../base/seq.ts';
import { TYPE } from '../../../wire/dns/code.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import { nameKey } from '../../../wire/dns/name.ts';
import { about, type Finding, inspect, type PlacedRecord } from './finding.ts';
import { type MasterFile, parseMasterFile } from './master-file.ts';
import { recordAdvice } from './record-advice.ts';
import { zoneAdvice } from './zone-advice.ts';
import { zoneErrors } from './zone-errors.ts';
import { dataKey } from './zone-tree.ts';

export type { Finding } from './finding.ts';

/** More than this nobody reads. */
const MAX_FINDINGS = 500;

export interface CheckedText extends MasterFile {
  /** Faults, errors, warnings and notes by line; those without a line first. */
  readonly findings: readonly Finding[];
  /** True when a server would take it. */
  readonly servable: boolean;
}

/** Reads a master file and checks the zone that it makes. With faults, only what could be read is looked at. */
export function checkZoneText(text: string, origin: string): CheckedText {
  const file = parseMasterFile(text, origin);
  const faults = file.faults.map(
    ({ line, column, length, message, expected }): Finding => ({
      severity: 'error',
      line,
      column,
      length,
      name: origin,
      message: expected === undefined ? message : `${message}. Expected: ${expected}`,
      spec: 'RFC 1035 §5.1',
    }),
  );
  // What a broken line left out is not missing: while there are faults, only places are reported
  const checked = checkZone(origin, file.records).filter(
    ({ line }) => faults.length === 0 || line !== undefined,
  );
  const findings = [...faults, ...file.remarks, ...checked].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return { ...pick(file), findings, servable: !findings.some(({ severity }) => severity === 'error') };
}

function pick({ records, faults, remarks }: MasterFile): MasterFile {
  return { records, faults, remarks };
}

/** Checks records as a zone; errors first. Throws Malformed for a bad origin. */
export function checkZone(origin: string, records: readonly PlacedRecord[]): Finding[] {
  const zone = inspect(origin, records);
  const findings = zoneErrors(zone).slice(0, MAX_FINDINGS);
  for (const advice of [zoneAdvice(zone), recordAdvice(zone)]) {
    for (const finding of advice) {
      if (findings.length >= MAX_FINDINGS) return findings;
      findings.push(finding);
    }
  }
  return findings;
}

/**
 * What secondaries will make of a new version of a zone: they compare serials only (RFC 1034 §4.3.5, RFC 1982 §3.2).
 * `undefined` when they will take it, or when nothing changed.
 */
export function checkSerial(
  before: readonly DnsRecord[],
  after: readonly PlacedRecord[],
): Finding | undefined {
  const old = before.find(({ type }) => type === TYPE.SOA);
  const placed = after.find(({ record }) => record.type === TYPE.SOA);
  if (old?.type !== TYPE.SOA || placed?.record.type !== TYPE.SOA) return undefined;
  const [was, is] = [old.data.serial, placed.record.data.serial];
  const moved = compareSerials(was, is);
  if (moved === 'later') return undefined;
  const records = after.map(({ record }) => record);
  if (moved === 'same') {
    if (sameRecords(before, records)) return undefined;
    return about(
      'warning',
      placed,
      `The zone changed and its serial did not grow (${is}): secondaries will not take it. Write ${(is + 1) >>> 0} or more.`,
      'RFC 1034 §4.3.5',
    );
  }
  const why = moved === 'undefined' ? 'exactly half the circle away' : 'earlier, as serials are counted';
  return about(
    'warning',
    placed,
    `The serial went from ${was} to ${is}, which is ${why}: secondaries will not take it. Write ${(was + 1) >>> 0} or more.`,
    'RFC 1982 §3.2',
  );
}

/** Where `to` lies from `from` on the circle of 2^32 serials; half a circle away is not defined (RFC 1982 §3.2). */
export function compareSerials(from: number, to: number): 'same' | 'later' | 'earlier' | 'undefined' {
  if (from === to) return 'same';
  if ((to - from) >>> 0 === 0x8000_0000) return 'undefined';
  return seqGt(to, from) ? 'later' : 'earlier';
}

function sameRecords(before: readonly DnsRecord[], after: readonly DnsRecord[]): boolean {
  const key = (record: DnsRecord): string =>
    `${nameKey(record.name)} ${record.ttl} ${record.type} ${dataKey(record)}`;
  const old = new Set(before.map(key));
  const present = new Set(after.map(key));
  return old.size === present.size && [...old].every((one) => present.has(one));
}
