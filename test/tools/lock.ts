// Repairs package-lock.json after a dependency change (`npm run lock`).
//
// npm leaves optional platform packages (compiler, search and lint binaries) out of the lock when the registry
// answers late for one of them, and `npm ci` on that platform then fails with "Missing: X from lock file". Every
// optional dependency that a locked package asks for gets an entry here: exact version, os and cpu read off its name.
import { readFileSync, writeFileSync } from 'node:fs';

interface Entry {
  version?: string;
  resolved?: string;
  optional?: boolean;
  dev?: boolean;
  cpu?: string[];
  os?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const file = new URL('../../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> };
const oses = [
  'linux',
  'darwin',
  'win32',
  'freebsd',
  'openbsd',
  'netbsd',
  'android',
  'aix',
  'sunos',
  'openharmony',
];
const cpus = [
  'x64',
  'arm64',
  'arm',
  'ia32',
  'ppc64',
  'ppc64le',
  's390x',
  'riscv64',
  'loong64',
  'mips64el',
  'wasm32',
];

let added = 0;
let stripped = 0;
for (const [where, entry] of Object.entries(lock.packages)) {
  if (entry.resolved !== undefined) {
    delete entry.resolved;
    stripped++;
  }
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = where === '' ? `node_modules/${name}` : `${where}/node_modules/${name}`;
    if (lock.packages[`node_modules/${name}`] ?? lock.packages[nested]) continue;
    if (!/^\d+\.\d+\.\d+/.test(range)) continue; // only exact pins can be written down without asking the registry
    const words = name.replace(/^@/, '').split(/[-/_.]/);
    const os = words.includes('windows') ? ['win32'] : oses.filter((o) => words.includes(o));
    const cpu = cpus.filter((c) => words.includes(c));
    const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : [];
    if (os.length === 0 && cpu.length === 0) continue;
    lock.packages[`node_modules/${name}`] = {
      version: range,
      ...(cpu.length ? { cpu } : {}),
      ...(entry.dev ? { dev: true } : {}),
      ...(libc.length ? { libc } : {}),
      optional: true,
      ...(os.length ? { os } : {}),
    };
    added++;
    console.log(`added ${name}@${range}`);
  }
}
const sorted = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
);
writeFileSync(file, JSON.stringify({ ...lock, packages: sorted }, null, 2) + '\n');
console.log(`package-lock.json: ${added} optional entries added, ${stripped} addresses removed`);
