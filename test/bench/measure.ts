/** How the benches measure: processor time of this process, the median of several runs after some to warm up. */

export interface Row {
  readonly name: string;
  /** What is counted in a second of processor time. */
  readonly unit: string;
  readonly ours: number;
  /** The peer’s number; null when it is absent. */
  readonly peer: number | null;
  readonly peerName: string;
  /** Ours ÷ peer. */
  readonly ratio: number | null;
  /** What at least is wanted of the ratio, after the table of targets; null for none. */
  readonly target: number | null;
}

/** Things done for each second of processor time (user and system): `work` says how many it did. */
export function perSecond(work: () => number, runs = 7, warmUps = 2): number {
  for (let i = 0; i < warmUps; i++) work();
  const rates: number[] = [];
  for (let i = 0; i < runs; i++) {
    const before = process.cpuUsage();
    const done = work();
    const used = process.cpuUsage(before);
    rates.push((done * 1e6) / (used.user + used.system));
  }
  return rates.sort((a, b) => a - b)[runs >> 1]!;
}

export function row(
  name: string,
  unit: string,
  ours: number,
  peer: number | undefined,
  peerName: string,
  target?: number,
): Row {
  return {
    name,
    unit,
    ours,
    peer: peer ?? null,
    peerName: peer === undefined ? `${peerName}: absent` : peerName,
    ratio: peer === undefined ? null : ours / peer,
    target: target ?? null,
  };
}

/** A peer that may not be installed. */
export async function optional<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch {
    return undefined;
  }
}
