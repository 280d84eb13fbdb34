/**
 * Records as text, beside BIND: dig prints what we encode as we print it, and named-checkzone and named-rrchecker read
 * what we print as what it was.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TYPE } from '../../src/engine/wire/dns/code.ts';
import { decodeDns, encodeDns } from '../../src/engine/wire/dns/fast.ts';
import { type DnsMessage, type DnsRecord, otherType } from '../../src/engine/wire/dns/message.ts';
import { dataText, parseRecord, recordText } from '../../src/engine/wire/dns/text.ts';
import { KNOWN_TYPES, recordOfType, unknownRecord } from '../wire/dns/arbitrary.ts';

const SEED = Number(process.env['SEED'] ?? 2026);
const EACH = 60;

/** What BIND refuses or prints otherwise, with the reason; everything else must agree. */
function isSpecial(record: DnsRecord): boolean {
  // Private algorithms carry a name or an OID in front of the key, which BIND reads (RFC 4034 appendix A.1.1)
  if (record.type === TYPE.DNSKEY || record.type === TYPE.RRSIG || record.type === TYPE.DS)
    if (record.data.algorithm === 253 || record.data.algorithm === 254) return true;
  // Times more than 68 years away: BIND takes them for the ones nearer to now (RFC 4034 §3.1.5)
  if (record.type === TYPE.RRSIG) return record.data.expiration > 3.8e9 || record.data.inception > 3.8e9;
  return false;
}

/** Sixty of each type, each with an owner of its own in the zone. */
function records(): DnsRecord[] {
  const arbitraries = KNOWN_TYPES.filter((type) => type !== TYPE.OPT).map(recordOfType);
  // A type that BIND does not know either
  const unknown = unknownRecord.map((made) => ({ ...made, type: otherType(65280) }) as DnsRecord);
  return [...arbitraries, unknown]
    .flatMap((one) =>
      fc.sample(
        one.filter((made) => !isSpecial(made)),
        { numRuns: EACH, seed: SEED },
      ),
    )
    .map((made, i) => {
      // The owner of an NSEC3 is a hash, and BIND looks (RFC 5155 §3)
      const label = made.type === TYPE.NSEC3 ? String(i).padStart(32, '0') : `n${i}`;
      return { ...made, name: `${label}.text.example.`, class: 1, ttl: made.ttl >>> 1 };
    });
}

const absent = (program: string, option: string): string | undefined =>
  spawnSync(program, [option], { stdio: 'ignore' }).error && `${program} is not on this machine`;

/** Runs dig against a server that answers the i-th question over TCP with the i-th part of the records. */
async function printedByDig(parts: readonly (readonly DnsRecord[])[]): Promise<string> {
  const server = createServer((socket) => {
    let held: Buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
        const query = decodeDns(new Uint8Array(held.subarray(2, 2 + held.readUInt16BE(0))));
        held = held.subarray(2 + held.readUInt16BE(0));
        const part = parts[Number(/^q(\d+)\./.exec(query.questions[0]!.name)![1])]!;
        const answer: DnsMessage = { ...query, response: true, answers: part, additionals: [] };
        const bytes = encodeDns(answer);
        socket.write(Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes]));
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    const port = (server.address() as AddressInfo).port;
    const common = ['@127.0.0.1', '-p', `${port}`, '+tcp', '+noedns', '+tries=1', '+noall', '+answer'];
    const args = parts.flatMap((_, i) => [...common, `q${i}.text.example.`, 'ANY']);
    const dig = spawn('dig', ['-r', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    dig.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    await new Promise((done) => dig.on('close', done));
    return text;
  } finally {
    server.close();
  }
}

/** Lines of `owner ttl class type data`, in one blank each. */
const lines = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(';'))
    .map((line) => line.replace(/^(\S+)\s+(\d+)\s+(\S+)\s+(\S+)\s+/, '$1 $2 $3 $4 ').trimEnd());

/** BIND 9.18 has no name for types and keys that were registered later. */
const asBind = (text: string): string =>
  text
    .replace(/(?<=[ ,=])dohpath(?=[=, ]|$)/g, 'key7')
    .replace(/(?<= )(?:DSYNC|NXNAME|RESINFO|WALLET)(?= |$)/g, (name) => `TYPE${typeNumber(name)}`);
const typeNumber = (name: string): number =>
  ({ DSYNC: 66, NXNAME: 128, RESINFO: 261, WALLET: 262 })[name] ?? Number.NaN;

describe(`records as text, beside BIND (SEED=${SEED})`, () => {
  it('dig prints them as we do', async ({ skip }) => {
    const missing = absent('dig', '-v');
    if (missing) skip(missing);
    const all = records();
    const parts: DnsRecord[][] = [[]];
    let size = 0;
    for (const record of all) {
      const { length } = encodeDns({ ...EMPTY, answers: [record] });
      if (size + length > 50_000) {
        parts.push([]);
        size = 0;
      }
      size += length;
      parts.at(-1)!.push(record);
    }
    const theirs = lines(await printedByDig(parts));
    expect(all.length).toBeGreaterThan(1_000);
    const ours = all.map((record) => asBind(recordText(record)));
    expect(theirs.filter((line) => !ours.includes(line)).slice(0, 9)).toEqual([]);
    expect(theirs).toEqual(ours);
    // And their text says to us what it was
    for (const [i, line] of theirs.entries()) {
      const [name, ttl, , type, ...data] = line.split(' ');
      expect(parseRecord(name!, Number(ttl), type!, data.join(' '))).toEqual(all[i]);
    }
  });

  it('named-checkzone reads what we print', ({ skip }) => {
    const missing = absent('named-checkzone', '-v');
    if (missing) skip(missing);
    const all = records().filter(({ type }) => type !== TYPE.SOA);
    const zone = [
      'text.example. 60 IN SOA ns.text.example. h.text.example. 1 2 3 4 5',
      'text.example. 60 IN NS ns.other.example.',
      ...all.map(recordText),
      '',
    ].join('\n');
    const folder = mkdtempSync(join(tmpdir(), 'roundtrip-'));
    const file = join(folder, 'zone');
    writeFileSync(file, zone);
    const ignore = ['-k', '-m', '-M', '-S', '-r', '-W', '-T'].flatMap((flag) => [flag, 'ignore']);
    const done = spawnSync(
      'named-checkzone',
      ['-D', '-i', 'none', ...ignore, '-o', '-', 'text.example', file],
      { encoding: 'utf8', maxBuffer: 1 << 26 },
    );
    rmSync(folder, { recursive: true });
    expect(done.status, done.stderr).toBe(0);
    const theirs = new Map(lines(done.stdout).map((line) => [line.split(' ')[0]!, line]));
    for (const record of all) {
      const [name, ttl, , type, ...data] = theirs.get(record.name)!.split(' ');
      expect(data.join('')).toBe(asBind(dataText(record)).replace(/ /g, ''));
      expect(parseRecord(name!, Number(ttl), type!, data.join(' '))).toEqual(record);
    }
  });

  it('named-rrchecker reads SOA, and takes for known what we print as unknown', ({ skip }) => {
    const missing = absent('named-rrchecker', '-h');
    if (missing) skip(missing);
    for (const record of fc.sample(recordOfType(TYPE.SOA), { numRuns: 20, seed: SEED })) {
      const input = `IN SOA ${dataText(record)}\n`;
      const done = spawnSync('named-rrchecker', ['-p'], { encoding: 'utf8', input });
      expect(done.stdout.replace(/\s+/g, ' ').trim(), input).toBe(input.trim());
    }
    const text = 'IN TXT \\# 4 03616263\n';
    const done = spawnSync('named-rrchecker', ['-p'], { encoding: 'utf8', input: text });
    expect(done.stdout.trim().split(/\s+/).at(-1)).toBe(
      dataText(parseRecord('x.', 0, 'TXT', '\\# 4 03616263')),
    );
  });
});

const EMPTY: DnsMessage = {
  id: 0,
  response: true,
  opcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};
