// `npm run test:interop`: the engine against real programs (tshark, tcpdump, dig, curl, openssl, Linux’s own network).
// As root on Debian it brings what is missing. A test whose program is absent skips itself and says why; on CI, where
// this installer must have worked, an absent program is a failure.
// `npm run test:long` (`long`): what takes minutes, and many more cases of it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { line, resultFile, run, vitestCount } from './steps.ts';

const wanted = [
  { program: 'tshark', version: '--version', pack: 'tshark' },
  { program: 'tcpdump', version: '--version', pack: 'tcpdump' },
  { program: 'dig', version: '-v', pack: 'dnsutils' },
  { program: 'named-checkzone', version: '-v', pack: 'bind9-utils' },
  { program: 'host', version: '-V', pack: 'bind9-host' },
  { program: 'nslookup', version: '-version', pack: 'dnsutils' },
  { program: 'named', version: '-v', pack: 'bind9' },
  { program: 'kdig', version: '-V', pack: 'knot-dnsutils' },
  { program: 'drill', version: '-v', pack: 'ldnsutils' },
  { program: 'unbound', version: '-V', pack: 'unbound' },
  { program: 'nsd', version: '-v', pack: 'nsd' },
  { program: 'curl', version: '--version', pack: 'curl' },
  { program: 'openssl', version: 'version', pack: 'openssl' },
  { program: 'ss', version: '-V', pack: 'iproute2' },
  { program: 'ping', version: '-V', pack: 'iputils-ping' },
  { program: 'traceroute', version: '--version', pack: 'traceroute' },
  { program: 'arp', version: '-V', pack: 'net-tools' },
  { program: 'hostname', version: '-V', pack: 'hostname' },
  { program: 'setpriv', version: '--version', pack: 'util-linux' },
  { program: 'python3', version: '--version', pack: 'python3' },
  { program: 'ip', version: '-V', pack: 'iproute2' },
  { program: 'nft', version: '--version', pack: 'nftables' },
];
const missing = () =>
  wanted.filter(
    ({ program, version }) => spawnSync(program, [version], { stdio: 'ignore' }).error !== undefined,
  );

const isRoot = process.getuid?.() === 0;
const packs = missing().map(({ pack }) => pack);
if (packs.length > 0 && isRoot && existsSync('/usr/bin/apt-get')) {
  console.log(`installing ${packs.join(', ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], env);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packs], env);
}
const absent = missing().map(({ program }) => program);
for (const program of absent) console.log(`${program}: not on this machine, so its tests are skipped`);
if (absent.length > 0 && isRoot && process.env.CI) {
  console.log(`0 passed, ${absent.length} failed`);
  process.exit(1);
}
const isLong = process.argv[2] === 'long';
const report = resultFile('interop.json');
const held = run(
  'vitest',
  [
    'run',
    '--config',
    'test/tools/interop.config.ts',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...(isLong ? ['test/interop/unbound.test.ts', 'test/interop/tshark-scenarios'] : []),
  ],
  { ABSENT_PROGRAMS: absent.join(' '), ...(isLong && { HIERARCHIES: '500', LONG: '1' }) },
);
const fuzzed = !isLong || run('vitest', ['run', 'test/wire/fuzz.test.ts'], { FUZZ: '1000000' });
const counted = vitestCount(report);
if (!fuzzed) counted.failed += 1;
if (!held && counted.failed === 0) counted.failed = 1;
console.log(`\n${line(counted)}`);
process.exit(held && fuzzed ? 0 : 1);
