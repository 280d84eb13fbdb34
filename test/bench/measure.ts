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
  const rates = Array.from({ length: runs }, () => rateOf(work));
  return median(rates);
}

/** Ours and a peer's in turns, so that a machine whose speed drifts is unfair to neither: medians, and of the ratios too. */
export function inTurns(ours: () => number, peer: (() => number) | undefined, runs = 9): Measured {
  return againstRate(ours, peer && (() => rateOf(peer)), runs);
}

/** {@link inTurns} for a peer that measures itself: a program of its own that says its rate. */
export function againstRate(ours: () => number, peer: (() => number) | undefined, runs = 7): Measured {
  if (!peer) return { ours: perSecond(ours, runs), peer: undefined, ratio: undefined };
  const rates = { ours: [] as number[], peer: [] as number[], ratio: [] as number[] };
  for (let i = -2; i < runs; i++) {
    const a = rateOf(ours);
    const b = peer();
    if (i < 0) continue; // to warm up
    rates.ours.push(a);
    rates.peer.push(b);
    rates.ratio.push(a / b);
  }
  return { ours: median(rates.ours), peer: median(rates.peer), ratio: median(rates.ratio) };
}

export interface Measured {
  readonly ours: number;
  readonly peer: number | undefined;
  readonly ratio: number | undefined;
}

function rateOf(work: () => number): number {
  const before = process.cpuUsage();
  const done = work();
  const used = process.cpuUsage(before);
  return (done * 1e6) / (used.user + used.system);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** A row of two that were measured {@link inTurns}. */
export function pairRow(
  name: string,
  unit: string,
  { ours, peer, ratio }: Measured,
  peerName: string,
  target?: number,
): Row {
  return { ...row(name, unit, ours, peer, peerName, target), ratio: ratio ?? null };
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
