// What an editor of zones asks the engine, in the page itself: what is wrong with this text, would a server take it,
// where is its serial, and does a cached answer still agree with it. Loaded when somebody edits.

import { Malformed } from '#engine/base/errors.ts';
import { seqGt } from '#engine/base/seq.ts';
import type { CacheRowView } from '#engine/inspect/view.ts';
import { entriesOf } from '#engine/proto/dns/zone/tokens.ts';
import { Zone } from '#engine/proto/dns/zone/zone.ts';
import { checkSerial, checkZoneText, type Finding } from '#engine/proto/dns/zone/zone-check.ts';
import { MAX_ZONE } from '#engine/scenario/dns/zone-input.ts';
import { parseType } from '#engine/wire/dns/code.ts';
import { isSubdomain, nameKey } from '#engine/wire/dns/name.ts';
import { dataText } from '#engine/wire/dns/text.ts';

export type { Finding };
export { MAX_ZONE };

export interface CheckedZone {
  /** Those without a line first, then by line. */
  readonly findings: readonly Finding[];
  /** True when a server takes it. */
  readonly servable: boolean;
}

/** `served` is what the server holds now: its serial is compared. Longer texts than a server is given here are an error. */
export function checkZone(text: string, origin: string, served?: string): CheckedZone {
  if (text.length > MAX_ZONE) {
    const message = `The text has ${text.length} characters; at most ${MAX_ZONE} are taken here.`;
    return { findings: [{ severity: 'error', name: origin, message, spec: '' }], servable: false };
  }
  const { findings, servable, records } = checkZoneText(text, origin);
  if (served === undefined || !servable) return { findings, servable };
  const before = checkZoneText(served, origin).records.map(({ record }) => record);
  const serial = checkSerial(before, records);
  const all = serial ? [...findings, serial] : findings;
  return { findings: [...all].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)), servable };
}

export interface TextChange {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** Past 32 bits a serial begins anew (RFC 1982 §3.1). */
const SERIALS = 0x1_0000_0000;

/** Raises the serial above its own and that of `served`. Undefined when no SOA record with a serial can be found. */
export function raiseSerial(text: string, served: string): TextChange | undefined {
  const place = serialOf(text);
  if (!place) return undefined;
  const old = serialOf(served)?.serial ?? place.serial;
  const most = seqGt(old, place.serial) ? old : place.serial;
  return { from: place.from, to: place.to, insert: String((most + 1) % SERIALS) };
}

export function serialOf(
  text: string,
): (Omit<TextChange, 'insert'> & { readonly serial: number }) | undefined {
  for (const { tokens } of entriesOf(text)) {
    const at = tokens.findIndex((token, i) => i > 0 && token.text.toUpperCase() === 'SOA');
    const soa = at < 0 && tokens[0]?.text.toUpperCase() === 'SOA' ? 0 : at;
    const token = soa < 0 ? undefined : tokens[soa + 3];
    if (!token || !/^\d{1,10}$/.test(token.text) || Number(token.text) >= SERIALS) continue;
    const from = offsetOf(text, token.line, token.column);
    return { from, to: from + token.length, serial: Number(token.text) };
  }
  return undefined;
}

/** Position of a line and a column, both from 1; within the text whatever they are. */
export function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let i = 1; i < line; i++) {
    const end = text.indexOf('\n', start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  const end = text.indexOf('\n', start);
  return Math.min(start + column - 1, end < 0 ? text.length : end);
}

/** What a cached answer is, held against zones. */
export type Standing =
  /** It is not what the zone says now. */
  | 'old'
  /** It is, and the zone that was there at the start said otherwise. */
  | 'new'
  /** It is what the zone says, and has said from the start. */
  | 'same'
  /** The zone has no say: the name lies elsewhere, or nobody could tell. */
  | 'other';

/** Judges rows of caches by the zone that is served now, and by the one that was served at first. */
export function judge(origin: string, now: string, first: string): (row: CacheRowView) => Standing {
  const [present, past] = [readZone(now, origin), now === first ? undefined : readZone(first, origin)];
  return (row) => {
    const is = present && agrees(present, row);
    if (is === undefined) return 'other';
    if (!is) return 'old';
    return past && agrees(past, row) === false ? 'new' : 'same';
  };
}

function readZone(text: string, origin: string): Zone | undefined {
  try {
    return new Zone({ origin, text });
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** Undefined where the zone has no say. */
function agrees(zone: Zone, { name, type, data }: CacheRowView): boolean | undefined {
  if (!isSubdomain(name, zone.origin) || data === 'SERVFAIL') return undefined;
  // Any type shows whether a name exists
  const found = zone.lookup(name, parseType(type === '*' ? 'TXT' : type));
  if (found.kind === 'referral' && (type !== 'NS' || nameKey(found.cut) !== nameKey(name))) return undefined;
  if (data === 'NXDOMAIN' || data === 'NODATA') return found.kind === data.toLowerCase();
  const records = found.kind === 'referral' ? found.servers : found.kind === 'answer' ? found.records : [];
  return pieces(records.map(dataText).join(', ')) === pieces(data);
}

/** The order of a set's records says nothing. */
const pieces = (data: string): string => data.split(', ').sort().join('\n');
