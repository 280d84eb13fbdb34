/**
 * The four ways in which something can be wrong, and whose fault it is.
 *
 * Peers' faults become trace events and protocol answers (RST, FORMERR, 400); only our own bugs throw past a
 * machine's door.
 */

/** The bytes do not follow the format. `at` is the byte offset where reading failed, when known. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
  readonly at: number | undefined;
  constructor(message: string, at?: number) {
    super(message);
    this.at = at;
  }
}

/** Legal bytes at an illegal moment: the peer broke the protocol. */
export class Misbehaved extends Error {
  override readonly name = 'Misbehaved';
}

/** Legal, but nothing that this engine implements. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}

/** Our own caller broke the contract of a function. A bug, never input. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
}

/** Throws {@link Misuse} when `condition` is false. For contracts between our own parts. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Misuse(message);
}
