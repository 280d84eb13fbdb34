/**
 * What a lab's goals read of zones: the text that a server serves in the end, what was loaded on the way, and which
 * records came and went.
 */
import { parseMasterFile } from '../../proto/dns/zone/master-file.ts';
import { compareSerials } from '../../proto/dns/zone/zone-check.ts';
import { TYPE, typeName } from '../../wire/dns/code.ts';
import type { DnsRecord } from '../../wire/dns/message.ts';
import { canonicalName, nameKey } from '../../wire/dns/name.ts';
import { dataText } from '../../wire/dns/text.ts';
import type { FinishedRun } from '../scenario.ts';

export interface ServedZone {
  readonly machine: string;
  readonly origin: string;
  /** The master file at the start. */
  readonly text: string;
}

export interface Load {
  readonly time: number;
  readonly text: string;
  /** Why the server did not take it. */
  readonly refused: string | undefined;
}

/** Every text that somebody loaded for the zone, in order, taken or refused. */
export function loadsOf({ world }: FinishedRun, { machine, origin }: ServedZone): Load[] {
  const loads: Load[] = [];
  for (const { node, time, cause, detail } of world.trace.events([
    'dns.authority.zone',
    'dns.zone.refused',
  ])) {
    if (node !== machine || cause < 0) continue;
    const input = world.trace.event(cause).detail;
    if (input?.['what'] !== 'zone' || canonicalName(String(input['origin'])) !== origin) continue;
    const reason = detail!['reason'];
    loads.push({
      time,
      text: String(input['text']),
      refused: reason === undefined ? undefined : String(reason),
    });
  }
  return loads;
}

/** The records that are served when the run ends. */
export function servedAtEnd(run: FinishedRun, zone: ServedZone): readonly DnsRecord[] {
  const last = loadsOf(run, zone).findLast(({ refused }) => refused === undefined);
  return recordsOf(last?.text ?? zone.text, zone.origin);
}

export function recordsOf(text: string, origin: string): readonly DnsRecord[] {
  return parseMasterFile(text, origin).records.map(({ record }) => record);
}

export function setOf(records: readonly DnsRecord[], name: string, type: number): DnsRecord[] {
  return records.filter((record) => record.type === type && nameKey(record.name) === nameKey(name));
}

/**
 * What differs between two sets of records, as sentences, the SOA and what `isMeant` left aside. TTLs do not count.
 */
export function changes(
  before: readonly DnsRecord[],
  after: readonly DnsRecord[],
  isMeant: (record: DnsRecord) => boolean,
): string[] {
  const texts = (records: readonly DnsRecord[]) =>
    records.filter((record) => record.type !== TYPE.SOA && !isMeant(record)).map(withoutTtl);
  const [was, is] = [texts(before), texts(after)];
  return [
    ...was.filter((text) => !is.includes(text)).map((text) => `“${text}” is gone`),
    ...is.filter((text) => !was.includes(text)).map((text) => `“${text}” is new`),
  ];
}

/** The first load that was served with a serial that had not grown. */
export function staleSerial(run: FinishedRun, zone: ServedZone): { time: number; text: string } | undefined {
  let serial = serialOf(recordsOf(zone.text, zone.origin));
  for (const { time, text, refused } of loadsOf(run, zone)) {
    if (refused !== undefined) continue;
    const next = serialOf(recordsOf(text, zone.origin));
    if (serial !== undefined && next !== undefined && compareSerials(serial, next) !== 'later')
      return { time, text: `${next} after ${serial}` };
    serial = next;
  }
  return undefined;
}

function serialOf(records: readonly DnsRecord[]): number | undefined {
  const soa = records.find(({ type }) => type === TYPE.SOA);
  return soa?.type === TYPE.SOA ? soa.data.serial : undefined;
}

const withoutTtl = (record: DnsRecord): string =>
  `${record.name} ${typeName(record.type)} ${dataText(record)}`.trimEnd();
