/** The command line as a user meets it: what it prints, what it refuses, and with which status. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { program } from '../../src/cli/program.ts';
import type { RunJson } from '../../src/engine/export/json.ts';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname;

function roundtrip(...args: string[]): { status: number; stdout: string; stderr: string } {
  const { status, out, err } = program(args);
  return { status, stdout: out, stderr: err };
}

describe('what it prints', () => {
  it('lists the scenarios, also as JSON', () => {
    expect(roundtrip('list').stdout).toContain('first-request');
    const rows = JSON.parse(roundtrip('list', '--json').stdout) as { name: string; version: number }[];
    expect(rows.map(({ name }) => name)).toContain('first-request');
  });

  it('describes a scenario with units, ranges, machines and claims', () => {
    const { stdout, status } = roundtrip('describe', 'first-request');
    expect(status).toBe(0);
    for (const text of ['25ms', '20Mbit/s', 'cold | warm', 'home-router', 'ttfb'])
      expect(stdout).toContain(text);
  });

  it('prints a line a packet, in order of time', () => {
    const lines = roundtrip('run', 'first-request').stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^0\.000000 ARP, Request who-has 192\.168\.1\.1 tell 192\.168\.1\.23/);
    expect(lines.some((line) => line.includes('GET / HTTP/1.1'))).toBe(true);
    const times = lines.map((line) => Number(line.split(' ', 1)[0]));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('prints the run as JSON that names its own parts', () => {
    const run = JSON.parse(
      roundtrip('run', 'first-request', '--json', '--set', 'loss=2%', '--seed', '5').stdout,
    ) as RunJson;
    expect(run.format).toBe(1);
    expect(run.parameters['loss']).toBe('2%');
    expect(run.seed).toBe(5);
    for (const { hops } of run.packets)
      for (const { channel } of hops) expect(run.channels[channel]).toBeDefined();
    expect(run.events.every(({ cause, id }) => cause < id)).toBe(true);
  });

  it('tells how the goals of a lab stand', () => {
    const { stdout } = roundtrip('run', 'lab-works-for-me', '--claims');
    expect(stdout).toMatch(
      /^goal engineer +open +The engineer sees what they see: .*192\.0\.2\.180 from its hosts file\.$/m,
    );
    expect(roundtrip('describe', 'lab-works-for-me').stdout).toMatch(
      /^Goals\n {2}customers +Customers reach/m,
    );
  });

  it('prints claims that agree with the JSON', () => {
    const { claims } = JSON.parse(roundtrip('run', 'first-request', '--json').stdout) as RunJson;
    const printed = roundtrip('run', 'first-request', '--claims').stdout;
    expect(printed).toMatch(new RegExp(`^resolverQueries +${claims['resolverQueries']} `, 'm'));
    expect(printed).toMatch(new RegExp(`^ttfb +${Math.round(Number(claims['ttfb']) / 1e6)} ms`, 'm'));
  });

  it('tells a long run to its end', () => {
    const { stdout } = roundtrip('run', 'migration', '--transcript');
    const lines = stdout.trimEnd().split('\n');
    const { claims } = JSON.parse(roundtrip('run', 'migration', '--json').stdout) as RunJson;
    const confirmed = lines.filter((line) => /Somebody in .* has order \d+ confirmed/.test(line)).length;
    expect(confirmed).toBe(Number(claims['orders']) - Number(claims['lost']));
    expect(lines.some((line) => line.includes('ChaiCart’s new server takes an order'))).toBe(true);
  });

  it('writes the capture of one machine', () => {
    const folder = mkdtempSync(join(tmpdir(), 'capture-'));
    try {
      const file = join(folder, 'run.pcapng');
      expect(roundtrip('run', 'first-request', '--pcap', file, '--at', 'home-router').status).toBe(0);
      const bytes = readFileSync(file);
      expect(bytes.readUInt32LE(0)).toBe(0x0a0d0d0a);
      expect(bytes.includes('home-router:wan')).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('cuts the run where it is told', () => {
    const whole = roundtrip('run', 'first-request').stdout;
    const part = roundtrip('run', 'first-request', '--until', '97ms').stdout;
    expect(part.length).toBeLessThan(whole.length);
    expect(whole.startsWith(part.split('\n').slice(0, 5).join('\n'))).toBe(true);
  });

  it('ends quietly when its reader goes away', () => {
    const out = execFileSync(
      'sh',
      ['-c', `"${process.execPath}" "${MAIN}" run first-request --json | head -c 10`],
      { encoding: 'utf8' },
    );
    expect(out).toHaveLength(10);
  });
});

describe('sh: a prompt in a scenario', () => {
  it('prints what the program prints, and ends with its status', () => {
    const { status, stdout, stderr } = roundtrip(
      'sh',
      'home-lan',
      'laptop',
      '--at',
      '5s',
      '--',
      'ping',
      '-c',
      '2',
      '192.0.2.80',
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^PING 192\.0\.2\.80 \(192\.0\.2\.80\) 56\(84\) bytes of data\.\n64 bytes from/);
    expect(stdout).toContain('2 packets transmitted, 2 received, 0% packet loss');
    expect(roundtrip('sh', 'home-lan', 'laptop', '--', 'false').status).toBe(1);
    expect(roundtrip('sh', 'home-lan', 'laptop', '--', 'nosuch')).toMatchObject({
      status: 127,
      stderr: 'bash: nosuch: command not found\n',
    });
  });

  it('takes one word as a whole line, and keeps several apart', () => {
    expect(roundtrip('sh', 'home-lan', 'laptop', '--', 'hostname; echo a  b').stdout).toBe('laptop\na b\n');
    expect(roundtrip('sh', 'home-lan', 'laptop', '--', 'echo', 'a  b', "it's", 'x;y').stdout).toBe(
      "a  b it's x;y\n",
    );
  });

  it('reads lines from standard input, one after another in one world', () => {
    const { status, stdout } = spawnSync(process.execPath, [MAIN, 'sh', 'home-lan', 'laptop', '--at', '5s'], {
      encoding: 'utf8',
      input: 'echo one\n\nping -c 1 -q 192.0.2.80\narp -n 192.168.1.1\nfalse\n',
    });
    expect(stdout).toMatch(/^one\nPING/);
    expect(stdout).toMatch(/192\.168\.1\.1 +ether/);
    expect(status).toBe(1);
  });

  it('runs again to the same letter, and differently with other parameters', () => {
    const line = ['--', 'ping -c 1 192.0.2.80; arp -n'];
    const once = roundtrip('sh', 'home-lan', 'laptop', '--at', '5s', ...line).stdout;
    expect(roundtrip('sh', 'home-lan', 'laptop', '--at', '5s', ...line).stdout).toBe(once);
  });

  it('says so when the scenario ends first', () => {
    const { status, stdout, stderr } = roundtrip(
      'sh',
      'home-lan',
      'laptop',
      '--',
      'echo begin; sleep 1000000',
    );
    expect(status).toBe(124);
    expect(stdout).toBe('begin\n');
    expect(stderr).toMatch(/^roundtrip: home-lan ended at [\d.]+ s, before this did\n$/);
  });
});

describe('what it refuses: one line, status 2', () => {
  it('as a process: one line on stderr, nothing on stdout', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [MAIN, 'run', 'first-request', '--set', 'caches=hot'],
      {
        encoding: 'utf8',
      },
    );
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toBe('roundtrip: caches cannot be “hot”; it is one of cold, warm\n');
  });

  it.each([
    [[], ''],
    [['fly'], 'no command is called fly'],
    [['run'], 'needs SCENARIO'],
    [['run', 'second-request'], 'there are first-request'],
    [['run', 'first-request', '--set', 'distance=20Mbit/s'], 'not a duration'],
    [['run', 'first-request', '--set', 'distance=1h'], 'from 14ms to 300ms'],
    [['run', 'first-request', '--set', 'caches=lukewarm'], 'one of cold, warm'],
    [['run', 'first-request', '--set', 'speed=1'], 'no parameter is called'],
    [['run', 'first-request', '--set', 'distance'], 'NAME=VALUE'],
    [['run', 'first-request', '--set', 'loss=1%', '--set', 'loss=2%'], 'given twice'],
    [['run', 'first-request', '--seed', '-1'], 'a flag is without its value before -1'],
    [['run', 'first-request', '--seed=-1'], 'whole number'],
    [['run', 'first-request', '--seed', '1e3'], 'whole number'],
    [['run', 'first-request', '--until', 'soon'], 'not a duration'],
    [['run', 'first-request', '--at', 'nowhere'], 'no machine is called nowhere'],
    [['run', 'first-request', '--json', '--at', 'laptop'], '--text or --pcap'],
    [['run', 'first-request', '--claims', '--at', 'laptop'], '--text or --pcap'],
    [['run', 'first-request', '--text', '--json'], 'exclude each other'],
    [['run', 'first-request', '--colour'], '--colour is not known'],
    [['run', 'first-request', '--pcap', '/nowhere/at/all.pcapng'], 'its folder does not exist'],
    [['list', 'more'], 'takes no name'],
    [['sh', 'home-lan'], 'needs SCENARIO MACHINE'],
    [['sh', 'first-request', 'switch', '--', 'true'], 'switch has no terminal'],
    [['sh', 'home-lan', 'nowhere', '--', 'true'], 'no machine is called nowhere'],
    [['sh', 'home-lan', 'laptop', '--', 'x'.repeat(401)], 'at most 400 characters'],
    [['sh', 'home-lan', 'laptop', '--at', '100h', '--', 'true'], 'after the end of home-lan'],
    [['sh', 'home-lan', 'laptop', '--loud'], '--loud is not known'],
  ] as const)('%j', (args, words) => {
    const { status, stderr } = roundtrip(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(1);
    expect(existsSync('/nowhere')).toBe(false);
  });
});
