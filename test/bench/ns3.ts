/** ns-3 as a peer, when its headers and a compiler are on the machine (Debian: `apt-get install libns3-dev g++`). */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Ns3 {
  /** Packets a second of processor time for one transfer. */
  transfer(bytes: number, loss: number): number;
  close(): void;
}

const LIBRARIES = ['core', 'network', 'internet', 'applications', 'point-to-point'];

/** Compiles the peer; undefined when it cannot be had. */
export function findNs3(): Ns3 | undefined {
  if (!existsSync('/usr/include/ns3/core-module.h')) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'ns3-'));
  const program = join(folder, 'bulk');
  const source = fileURLToPath(new URL('./ns3-bulk.cc', import.meta.url));
  const built = spawnSync('g++', ['-O2', '-o', program, source, ...LIBRARIES.map((name) => `-lns3-${name}`)]);
  if (built.status !== 0) {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  return {
    transfer(bytes, loss) {
      const out = execFileSync(program, [`--bytes=${bytes}`, `--loss=${loss}`], { encoding: 'utf8' });
      const [packets, seconds] = out.split(' ').map(Number) as [number, number];
      return packets / seconds;
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
