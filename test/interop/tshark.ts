/**
 * tshark as the judge of our captures: what it reads in a file, and assertions that it reads what we read.
 *
 * All checksum validation is on; neither datagrams nor streams are reassembled, so that each frame speaks for itself.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { formatIp4, formatMac } from '../../src/engine/base/address.ts';
import { concatBytes, toHex } from '../../src/engine/base/bytes.ts';
import { formatIp6 } from '../../src/engine/base/ip6.ts';
import { type Cable, type Captured, capture, type Tap } from '../../src/engine/export/capture.ts';
import { pcapng } from '../../src/engine/export/pcapng.ts';
import type { Packet } from '../../src/engine/inspect/packets.ts';
import { DNS_PORT } from '../../src/engine/proto/dns/message.ts';
import type { Trace } from '../../src/engine/trace/log.ts';
import { TYPE } from '../../src/engine/wire/dns/code.ts';
import type { DnsRecord } from '../../src/engine/wire/dns/message.ts';
import { ETHERNET_HEADER } from '../../src/engine/wire/ethernet.ts';
import { checksumFault, decodeFrame } from '../../src/engine/wire/frame.ts';
import {
  OPTION_MSS,
  OPTION_SACK,
  OPTION_TIMESTAMPS,
  OPTION_WINDOW_SCALE,
} from '../../src/engine/wire/tcp.ts';
import { COLUMNS6 } from './columns6.ts';

/** Why these tests cannot run here, or undefined. */
export function absent(program: string): string | undefined {
  const found = spawnSync(program, ['--version'], { stdio: 'ignore' });
  return found.error ? `${program} is not on this machine` : undefined;
}

const PREFERENCES = [
  'ip.check_checksum:TRUE',
  'ip.defragment:FALSE',
  'ipv6.defragment:FALSE',
  'tcp.check_checksum:TRUE',
  'udp.check_checksum:TRUE',
  'tcp.desegment_tcp_streams:FALSE',
  'tcp.no_subdissector_on_error:FALSE',
  'http.desegment_headers:FALSE',
  'http.desegment_body:FALSE',
];
/**
 * Orders (port 7070, src/engine/app/orders.ts) are texts of our own: nothing that tshark knows of the other port, which the
 * kernel chose by chance, explains them.
 */
const SETTINGS = [...PREFERENCES.flatMap((one) => ['-o', one]), '-d', 'udp.port==7070,data'];

/** Runs `use` with the name of a file that holds `bytes`. */
export function withCapture<T>(bytes: Uint8Array, use: (file: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'roundtrip-'));
  try {
    const file = join(folder, 'run.pcapng');
    writeFileSync(file, bytes);
    return use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a program prints about a file; throws what it complains of. */
export function output(program: string, args: readonly string[]): string {
  const done = spawnSync(program, [...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, TZ: 'UTC' },
  });
  if (done.status !== 0) throw new Error(`${program}: ${done.stderr}`);
  return done.stdout;
}

/** One row a frame: all values of each field. */
export function fields(file: string, names: readonly string[], filter?: string): string[][][] {
  const args = [
    '-n',
    '-r',
    file,
    ...SETTINGS,
    '-T',
    'fields',
    '-E',
    'separator=/t',
    '-E',
    'occurrence=a',
    '-E',
    'aggregator=|',
  ];
  for (const name of names) args.push('-e', name);
  if (filter !== undefined) args.push('-Y', filter);
  const lines = output('tshark', args).split('\n').slice(0, -1);
  return lines.map((line) => line.split('\t').map((cell) => (cell === '' ? [] : cell.split('|'))));
}

/** Numbers of the frames that a display filter lets through. Throws when tshark does not accept it. */
export function matches(file: string, filter: string): number[] {
  return fields(file, ['frame.number'], filter).map((row) => Number(row[0]![0]));
}

/**
 * Numbers of the frames that each of many filters lets through, from a few runs of tshark rather than one for each: the
 * frames are put a second apart, and its statistics count by the second. The filters must not ask for times, and hold no commas.
 */
export function matchesOfAll(file: Uint8Array, frames: number, filters: readonly string[]): number[][] {
  return withCapture(secondsApart(file), (name) => {
    const found: number[][] = [];
    for (let from = 0; from < filters.length; from += COLUMNS_AT_ONCE) {
      const some = filters.slice(from, from + COLUMNS_AT_ONCE);
      const printed = output('tshark', [
        '-n',
        '-q',
        '-r',
        name,
        ...SETTINGS,
        '-z',
        `io,stat,1,${some.join(',')}`,
      ]);
      const rows = printed.split('\n').filter((line) => / <> /.test(line) && /^\|\s*\d/.test(line));
      expect(rows.length).toBe(frames);
      found.push(
        ...some.map((_, column) =>
          rows.flatMap((row, index) => (Number(row.split('|')[2 + 2 * column]) > 0 ? [index + 1] : [])),
        ),
      );
    }
    return found;
  });
}

const COLUMNS_AT_ONCE = 30;

/** The same file with a frame in the middle of each second, the first one at its start. */
function secondsApart(file: Uint8Array): Uint8Array {
  const moved = file.slice();
  const view = new DataView(moved.buffer);
  let number = 0;
  for (let at = 0; at < moved.length; at += view.getUint32(at + 4, true)) {
    if (view.getUint32(at, true) !== 6) continue;
    const time = BigInt(number) * 1_000_000_000n + (number === 0 ? 0n : 500_000_000n);
    number += 1;
    view.setUint32(at + 12, Number(time >> 32n), true);
    view.setUint32(at + 16, Number(time & 0xffff_ffffn), true);
  }
  return moved;
}

/** Columns that our own decoding is held against, with our value as text; `undefined` where the frame has no such field. */
export type Ours = (frame: ReturnType<typeof decodeFrame>) => readonly (string | number)[] | undefined;

const COLUMNS: Readonly<Record<string, Ours>> = {
  'eth.src': ({ ethernet }) => ethernet && [formatMac(ethernet.source)],
  'eth.dst': ({ ethernet }) => ethernet && [formatMac(ethernet.destination)],
  'arp.opcode': ({ arp }) => arp && [arp.operation],
  'arp.src.proto_ipv4': ({ arp }) => arp && [formatIp4(arp.senderIp)],
  'arp.dst.proto_ipv4': ({ arp }) => arp && [formatIp4(arp.targetIp)],
  'arp.src.hw_mac': ({ arp }) => arp && [formatMac(arp.senderMac)],
  'ip.src': ({ ipv4 }) => ipv4 && [formatIp4(ipv4.source)],
  'ip.dst': ({ ipv4 }) => ipv4 && [formatIp4(ipv4.destination)],
  'ip.ttl': ({ ipv4 }) => ipv4 && [ipv4.ttl],
  'ip.len': ({ ipv4 }) => ipv4 && [ipv4.totalLength],
  'ip.id': ({ ipv4 }) => ipv4 && [hex(ipv4.identification, 4)],
  'ip.proto': ({ ipv4 }) => ipv4 && [ipv4.protocol],
  'ip.frag_offset': ({ ipv4 }) => ipv4 && [ipv4.fragmentOffset],
  'ip.flags.mf': ({ ipv4 }) => ipv4 && [ipv4.flags & 1],
  'icmp.type': ({ icmp }) => icmp && [icmp.type],
  'icmp.code': ({ icmp }) => icmp && [icmp.code],
  'icmp.redir_gw': ({ icmp }) =>
    icmp && 'gateway' in icmp.body ? [formatIp4(icmp.body.gateway)] : undefined,
  ...COLUMNS6,
  'udp.srcport': ({ udp }) => udp && [udp.sourcePort],
  'udp.dstport': ({ udp }) => udp && [udp.destinationPort],
  'udp.length': ({ udp }) => udp && [udp.length],
  'tcp.srcport': ({ tcp }) => tcp && [tcp.sourcePort],
  'tcp.dstport': ({ tcp }) => tcp && [tcp.destinationPort],
  'tcp.seq_raw': ({ tcp }) => tcp && [tcp.sequence],
  'tcp.ack_raw': ({ tcp }) => tcp && [tcp.acknowledgment],
  'tcp.flags': ({ tcp }) => tcp && [hex(tcp.flags, 4)],
  'tcp.window_size_value': ({ tcp }) => tcp && [tcp.window],
  'tcp.hdr_len': ({ tcp }) => tcp && [tcp.dataOffset * 4],
  // of a fragment's segment tshark does not know the length
  'tcp.len': (frame) =>
    frame.tcp && ((frame.ipv4?.flags ?? 0) & 1) === 0 && !frame.fragmentHeader?.more
      ? [tcpLength(frame)]
      : undefined,
  'tcp.option_kind': ({ tcp }) => tcp && tcp.options.map(({ kind }) => kind),
  'tcp.options.mss_val': (frame) => option(frame, OPTION_MSS, (value) => [value as number]),
  'tcp.options.wscale.shift': (frame) => option(frame, OPTION_WINDOW_SCALE, (value) => [value as number]),
  'tcp.options.timestamp.tsval': (frame) =>
    option(frame, OPTION_TIMESTAMPS, (value) => [(value as { value: number }).value]),
  'tcp.options.timestamp.tsecr': (frame) =>
    option(frame, OPTION_TIMESTAMPS, (value) => [(value as { echo: number }).echo]),
  'tcp.options.sack.count': (frame) => option(frame, OPTION_SACK, (value) => [(value as unknown[]).length]),
  'dns.id': ({ dns }) => dns && [hex(dns.id, 4)],
  'dns.flags.response': ({ dns }) => dns && [Number(dns.response)],
  'dns.flags.rcode': ({ dns }) => (dns?.response ? [dns.rcode] : undefined),
  'dns.qry.name': ({ dns }) => dns && dns.questions.map(({ name }) => plain(name)),
  'dns.qry.type': ({ dns }) => dns && dns.questions.map(({ type }) => type),
  'dns.count.answers': ({ dns }) => dns && [dns.answers.length],
  'dns.resp.name': ({ dns }) =>
    dns && records(dns).map(({ name, type }) => (type === TYPE.OPT ? '<Root>' : plain(name))),
  'dns.resp.type': ({ dns }) => dns && records(dns).map(({ type }) => type),
  'dns.resp.ttl': ({ dns }) =>
    dns &&
    records(dns)
      .filter(({ type }) => type !== TYPE.OPT)
      .map(({ ttl }) => ttl),
  'dns.a': ({ dns }) =>
    dns && records(dns).flatMap((record) => (record.type === TYPE.A ? [formatIp4(record.data)] : [])),
  'dns.aaaa': ({ dns }) =>
    dns && records(dns).flatMap((record) => (record.type === TYPE.AAAA ? [formatIp6(record.data)] : [])),
  'dns.ns': ({ dns }) =>
    dns && records(dns).flatMap((record) => (record.type === TYPE.NS ? [plain(record.data)] : [])),
  'dns.cname': ({ dns }) =>
    dns && records(dns).flatMap((record) => (record.type === TYPE.CNAME ? [plain(record.data)] : [])),
  'http.request.method': ({ http }) => http?.request && [http.request.method],
  'http.request.uri': ({ http }) => http?.request && [http.request.target],
  'http.response.code': ({ http }) => http?.response && [http.response.status],
};

/** By what IP says, in headers that are whole. */
function tcpLength({ ipv4, ipv6, tcp, layers }: ReturnType<typeof decodeFrame>): number {
  const at = layers.find(({ name }) => name === 'tcp')!.at;
  return ETHERNET_HEADER + (ipv4 ? ipv4.totalLength : 40 + ipv6!.payloadLength) - at - tcp!.dataOffset * 4;
}

/** What a run says of itself, for the judge. */
export interface Run {
  readonly trace: Trace;
  readonly packets: readonly Packet[];
  readonly links: readonly Cable[];
  readonly epochSeconds: number;
}

/**
 * Asserts that tshark finds nothing malformed in the frames at `tap`, wrong checksums in just those that a fault
 * damaged, our times to the nanosecond, and in each field what we read ourselves. Returns how many frames it judged.
 */
export function expectAgreement(run: Run, tap: Tap = 'makers'): number {
  return expectAgreementAt(run, [tap])[0]!;
}

/** The same at many places. Their captures are sections of one file: it is the start of tshark that takes time. */
export function expectAgreementAt(run: Run, taps: readonly Tap[]): number[] {
  const captured = taps.map((tap) => capture(run.packets, run.links, tap));
  const { epochSeconds } = run;
  const sections = taps.map((tap) => pcapng(run.trace, run.packets, run.links, { epochSeconds, tap }));
  return withCapture(concatBytes(sections), (name) => {
    const columns = Object.keys(COLUMNS);
    const rows = fields(name, [...CHECKS, ...columns]);
    expect(rows.length).toBe(captured.flat().length);
    let number = 0;
    for (const [place, here] of captured.entries()) {
      for (const [index, one] of here.entries()) {
        const tap = taps[place]!;
        const at = typeof tap === 'string' ? tap : Object.values(tap).join();
        const where = `frame ${index + 1} of ${at}, at ${one.interface}, ${one.time} ns`;
        const epoch = BigInt(epochSeconds) * 1_000_000_000n + BigInt(one.time);
        const row = rows[number++]!;
        expect(row[0], where).toEqual([
          `${epoch / 1_000_000_000n}.${String(epoch % 1_000_000_000n).padStart(9, '0')}`,
        ]);
        expect(row[1], where).toEqual([String(run.trace.frames.size(one.frame))]);
        if (!isDamaged(one)) expect(row[2], where).toEqual([]);
        if (!run.trace.frames.isCut(one.frame))
          expectRow(run.trace.frames.read(one.frame), row, columns, where, isDamaged(one));
      }
    }
    return captured.map(({ length }) => length);
  });
}

/** The same of frames that stand alone, and of these that tshark calls none malformed. */
export function expectAgreementOn(frames: readonly Uint8Array[]): void {
  withCapture(captureOf(frames), (name) => {
    const columns = Object.keys(COLUMNS);
    const rows = fields(name, [...CHECKS, ...columns]);
    expect(rows.length).toBe(frames.length);
    for (const [index, bytes] of frames.entries())
      expectRow(bytes, rows[index]!, columns, `frame ${index + 1} (${toHex(bytes)})`, false);
    expect(frames.filter((_, index) => rows[index]![2]!.length > 0).map((bytes) => toHex(bytes))).toEqual([]);
  });
}

/** Frames as a capture file, a microsecond apart. */
export function captureOf(frames: readonly Uint8Array[]): Uint8Array {
  const u32 = (...values: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);
  const block = (type: number, ...body: readonly Uint8Array[]): Uint8Array => {
    const inner = concatBytes([...body]);
    const length = 12 + 4 * Math.ceil(inner.length / 4);
    const padding = new Uint8Array(length - 12 - inner.length);
    return concatBytes([u32(type, length), inner, padding, u32(length)]);
  };
  return concatBytes([
    block(0x0a0d0d0a, u32(0x1a2b3c4d, 1, 0xffff_ffff, 0xffff_ffff)),
    // nanoseconds: option 9 of one byte
    block(1, u32(1, 0, 0x0001_0009, 9, 0)),
    ...frames.map((frame, index) => block(6, u32(0, 0, 1000 * index, frame.length, frame.length), frame)),
  ]);
}

const CHECKS = [
  'frame.time_epoch',
  'frame.len',
  '_ws.malformed',
  'ip.checksum.status',
  'tcp.checksum.status',
  'udp.checksum.status',
  'icmp.checksum.status',
  'icmpv6.checksum.status',
];
const BAD = '0';

function expectRow(
  bytes: Uint8Array,
  row: readonly (readonly string[])[],
  columns: readonly string[],
  where: string,
  isDamagedFrame: boolean,
): void {
  const frame = decodeFrame(bytes);
  // the quotation in an error has checksums of its own: only the first of each is the frame's
  const [, , , ip, tcp, udp, icmp, icmp6] = row as [
    unknown,
    unknown,
    unknown,
    string[],
    string[],
    string[],
    string[],
    string[],
  ];
  const own = frame.icmp ? [ip, icmp] : frame.icmp6 ? [icmp6] : [ip, tcp, udp];
  const isBad = own.some((status) => status[0] === BAD);
  expect(isBad, `${where}: tshark on its checksums`).toBe(checksumFault(bytes, frame.layers) !== undefined);
  if (isDamagedFrame) return;
  expect(isBad, `${where}: no fault has touched it`).toBe(false);
  columns.forEach((column, at) => {
    const ours = (COLUMNS[column]!(frame) ?? []).map(String);
    let theirs = row[CHECKS.length + at]!;
    // behind an error's header stand the fields of the datagram that it quotes
    if (frame.icmp || frame.icmp6) theirs = OUTER.test(column) ? theirs.slice(0, ours.length) : ours;
    if (isPartOfDns(frame) && column.startsWith('dns.')) theirs = ours;
    expect(theirs, `${where}: ${column}`).toEqual(ours);
  });
}

/**
 * A segment from or to port 53 that holds less than the length before a message says (RFC 1035 §4.2.2): tshark, told not
 * to put segments together, reads on as far as there is something; we wait for the rest.
 */
function isPartOfDns({ tcp, dns, payload }: ReturnType<typeof decodeFrame>): boolean {
  if (!tcp || dns || payload.length < 2) return false;
  const isDns = tcp.sourcePort === DNS_PORT || tcp.destinationPort === DNS_PORT;
  return isDns && payload[0]! * 256 + payload[1]! > payload.length - 2;
}

/** Fields that an error has itself, in front of those of its quotation. */
const OUTER = /^(eth|ip|icmp|ipv6|icmpv6)\./;

/** Whether some fault has flipped a bit on the way to where it was captured. */
export function isDamaged({ packet, hop, isSent, frame }: Captured): boolean {
  if (!isSent && frame !== hop.frame) return true;
  for (let at = hop.parent; at >= 0; at = packet.hops[at]!.parent) {
    const { frame: sent, arrivedFrame } = packet.hops[at]!;
    if (sent !== arrivedFrame) return true;
  }
  return false;
}

function option<T>(
  frame: ReturnType<typeof decodeFrame>,
  kind: number,
  read: (value: unknown) => T,
): T | undefined {
  const found = frame.tcp?.options.find((one) => one.kind === kind);
  return found && 'value' in found ? read(found.value) : undefined;
}

function records(dns: NonNullable<ReturnType<typeof decodeFrame>['dns']>): DnsRecord[] {
  return [...dns.answers, ...dns.authorities, ...dns.additionals];
}

function plain(name: string): string {
  return name === '.' ? '<Root>' : name.slice(0, -1);
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}
