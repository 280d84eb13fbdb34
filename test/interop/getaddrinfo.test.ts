/**
 * The stub resolver beside the C library's getaddrinfo: the same files and the same servers, and then the same questions
 * in the same order, and the same outcome.
 *
 * The real one runs in a network and mount namespace of its own, with its own /etc/resolv.conf and /etc/hosts. A case
 * that differs is asked once more, alone: time-outs are real there, and the machine may have been busy.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type Family, formatIp, parseIp } from '../../src/engine/base/ip.ts';
import { Random } from '../../src/engine/base/random.ts';
import type { StubError } from '../../src/engine/proto/dns/stub/failure.ts';
import { HostsFile } from '../../src/engine/proto/dns/stub/hosts.ts';
import { parseResolvConf } from '../../src/engine/proto/dns/stub/resolv-conf.ts';
import { StubResolver, type StubResult } from '../../src/engine/proto/dns/stub/stub.ts';
import { RCODE, TYPE } from '../../src/engine/wire/dns/code.ts';
import type { DnsMessage, DnsRecord } from '../../src/engine/wire/dns/message.ts';
import { dataText, parseRecord } from '../../src/engine/wire/dns/text.ts';
import { type Responder, Script } from '../proto/dns/script.ts';
import { type Behaviour, BY_DESIGN, CASES, type LookupCase, ZONE } from './getaddrinfo-cases.ts';
import { noNamespaces } from './netns.ts';
import { pythonFault } from './python.ts';

interface Outcome {
  /** `<server> <name> <type>`, and ` tcp` where it came over TCP. */
  readonly questions: readonly string[];
  /** `addresses`, sorted, and the canonical name; or the error. */
  readonly result: string;
}

interface RealOutcome {
  readonly log: readonly string[];
  readonly problem?: string;
  readonly error?: number;
  readonly addresses?: readonly string[];
  readonly canonicalName?: string;
}

/** netdb.h of glibc. */
const ERRORS: Readonly<Record<number, StubError>> = {
  [-2]: 'EAI_NONAME',
  [-3]: 'EAI_AGAIN',
  [-4]: 'EAI_FAIL',
  [-5]: 'EAI_NODATA',
};
const SCRIPT = readFileSync(fileURLToPath(new URL('./getaddrinfo.py', import.meta.url)), 'utf8');
const missing = noNamespaces() ?? pythonFault();
if (missing !== undefined) console.log(`getaddrinfo: skipped, ${missing}`);
const realIt = it.skipIf(missing !== undefined && !process.env['CI']);

const addressesOf = ({ servers, six }: LookupCase, i: number): string[] =>
  servers.map((_, k) =>
    six ? `fd00::${i + 1}:${k + 1}` : `127.${10 + Math.floor(i / 200)}.${i % 200}.${k + 1}`,
  );

function confOf(one: LookupCase, i: number): string {
  const servers = addressesOf(one, i).map((address) => `nameserver ${address}\n`);
  return `${servers.join('')}options timeout:1 attempts:1\n${one.conf}`;
}

/** What the C library does. */
function askReal(cases: readonly LookupCase[]): Outcome[] {
  const asked = cases.map((one, i) => ({
    ...one,
    zone: ZONE,
    addresses: addressesOf(one, i),
    resolvConf: confOf(one, i),
  }));
  const run = spawnSync('unshare', ['--net', '--mount', 'python3', '-I', '-c', SCRIPT], {
    input: JSON.stringify(asked),
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
    timeout: 55_000,
  });
  if (run.status !== 0)
    throw new Error(`getaddrinfo.py failed: ${run.error?.message ?? run.stderr.slice(-2000)}`);
  return (JSON.parse(run.stdout) as RealOutcome[]).map(
    ({ log, problem, error, addresses, canonicalName }) => {
      if (problem !== undefined) throw new Error(problem);
      const result =
        error === undefined
          ? `${[...addresses!].sort().join(' ')} (${canonicalName})`
          : (ERRORS[error] ?? `error ${error}`);
      return { questions: log, result };
    },
  );
}

/** What our stub does, in virtual time. */
function askOurs(one: LookupCase, i: number): Outcome {
  const { conf, faults } = parseResolvConf(confOf(one, i));
  expect(faults, one.about).toEqual([]);
  const stub = new StubResolver({
    ...conf,
    random: new Random(i + 1),
    hosts: new HostsFile(one.hosts),
    caching: false,
  });
  const script = new Script(stub);
  const addresses = addressesOf(one, i);
  const questions: string[] = [];
  for (const [k, address] of addresses.entries()) {
    const respond = responder(one, one.servers[k]!);
    script.server(address, 1_000_000, (query, now, sent) => {
      const { name, type } = query.questions[0]!;
      if (one.servers[k] === 'closed') return 'refused';
      const tcp = sent.transport === 'tcp' ? ' tcp' : '';
      questions.push(`${k} ${name.toLowerCase()} ${type === TYPE.A ? 'A' : 'AAAA'}${tcp}`);
      return respond(query, now, sent);
    });
  }
  const families: readonly Family[] = one.family === 0 ? [4, 6] : [one.family];
  stub.lookup(one.name, families, 0);
  script.drain();
  let result = stub.pollResult();
  script.run(() => (result ??= stub.pollResult()) !== undefined);
  return { questions, result: resultText(result!) };
}

function resultText({ error, answers, canonicalName }: StubResult): string {
  if (error !== undefined) return error;
  const found = answers.filter(({ type }) => type === TYPE.A || type === TYPE.AAAA).map(dataText);
  return `${found
    .map((text) => formatIp(parseIp(text)))
    .sort()
    .join(' ')} (${canonicalName.replace(/\.$/, '')})`;
}

const RCODES: Partial<Record<Behaviour, number>> = {
  servfail: RCODE.SERVFAIL,
  refuses: RCODE.REFUSED,
  notimp: RCODE.NOTIMP,
  formerr: RCODE.FORMERR,
};
const RECORDS = ZONE.map((line) => {
  const [name, type, data] = line.split(' ');
  return parseRecord(name!, 300, type!, data!);
});

/** The servers of getaddrinfo.py, once more. */
function responder(one: LookupCase, usual: Behaviour): Responder {
  return (query, _, sent) => {
    const { name, type } = query.questions[0]!;
    let how = one.names[name.toLowerCase()] ?? usual;
    if (how.endsWith('-aaaa')) how = type === TYPE.AAAA ? (how.slice(0, -5) as Behaviour) : 'good';
    if (how === 'silent') return undefined;
    const response: DnsMessage = {
      ...query,
      response: true,
      recursionAvailable: how !== 'lame',
      additionals: [],
    };
    const rcode = RCODES[how];
    if (rcode !== undefined) return { ...response, rcode };
    if (how === 'lame') return response;
    if (how === 'truncates' && sent.transport === 'udp') return { ...response, truncated: true };
    const answers: DnsRecord[] = [];
    let owner = name.toLowerCase();
    let exists = false;
    for (let steps = 0; steps < 4; steps++) {
      const mine = RECORDS.filter((record) => record.name === owner);
      exists ||= mine.length > 0;
      answers.push(...mine.filter((record) => record.type === type));
      const alias = mine.find((record) => record.type === TYPE.CNAME);
      if (alias?.type !== TYPE.CNAME) break;
      answers.push(alias);
      owner = alias.data;
    }
    return { ...response, answers, rcode: exists ? RCODE.NOERROR : RCODE.NXDOMAIN };
  };
}

realIt(`asks what getaddrinfo asks, in ${CASES.length} cases`, { timeout: 120_000 }, () => {
  const real = askReal(CASES);
  const report: string[] = [];
  for (const [i, one] of CASES.entries()) {
    const ours = askOurs(one, i);
    const equal = (): boolean => JSON.stringify(ours) === JSON.stringify(real[i]);
    if (!equal() && !(one.about in BY_DESIGN)) [real[i]] = askReal([one]) as [Outcome];
    if (equal() === one.about in BY_DESIGN)
      report.push(
        `${one.about}\n  C library: ${JSON.stringify(real[i])}\n  here:      ${JSON.stringify(ours)}`,
      );
  }
  expect(report.join('\n')).toBe('');
  expect(Object.keys(BY_DESIGN).filter((about) => !CASES.some((one) => one.about === about))).toEqual([]);
});
