/**
 * What can go wrong on a link, as parts that wrap it: the stack above knows nothing of them.
 *
 * Each fault looks at a frame that is about to travel and may change its {@link Passage}. Chance comes from a stream
 * that is handed in. The order of the faults on a link is the order in which they look.
 */
import type { Random } from '../../base/random.ts';
import { type Nanoseconds, NEVER } from '../../base/units.ts';

/** What will become of one frame on its way; reused from frame to frame. */
export interface Passage {
  readonly frame: number;
  readonly size: number;
  readonly now: Nanoseconds;
  /** Position of the frame among those handed to this direction of the link, from 1. */
  readonly ordinal: number;
  /** Set to lose the frame; says why. */
  lost: string | undefined;
  /** Added to the link's delay; the frame may then be overtaken. */
  extraDelay: Nanoseconds;
  /** How many copies arrive besides the frame itself. */
  copies: number;
  /** Bit to flip, counted from the start of the frame, or −1. The receiver's check sequence catches it… */
  flipBit: number;
  /** …unless this is set. */
  pastFcs: boolean;
}

export interface Fault {
  readonly label: string;
  apply(passage: Passage): void;
}

/** Loses each frame longer than `longerThan` bytes of IP packet with probability `p`. */
export function randomLoss(p: number, random: Random, longerThan = 0): Fault {
  return {
    label: 'random loss',
    apply(passage) {
      if (passage.size - 14 > longerThan && random.chance(p)) passage.lost ??= 'lost on the link';
    },
  };
}

/** Loses the frames with these ordinals. */
export function dropNth(ordinals: readonly number[]): Fault {
  const wanted = new Set(ordinals);
  return {
    label: 'drop',
    apply(passage) {
      if (wanted.has(passage.ordinal)) passage.lost ??= 'dropped, by your fault';
    },
  };
}

/** Holds a frame back by up to `extra` with probability `p`, so that later ones overtake it. */
export function reorder(p: number, extra: Nanoseconds, random: Random): Fault {
  return {
    label: 'reorder',
    apply(passage) {
      if (random.chance(p)) passage.extraDelay += Math.floor(random.float() * extra);
    },
  };
}

/** Holds the frame with this ordinal back by `extra`. */
export function delayNth(ordinal: number, extra: Nanoseconds): Fault {
  return {
    label: 'delay',
    apply(passage) {
      if (passage.ordinal === ordinal) passage.extraDelay += extra;
    },
  };
}

/** Lets a frame arrive twice with probability `p`. */
export function duplicate(p: number, random: Random): Fault {
  return {
    label: 'duplicate',
    apply(passage) {
      if (random.chance(p)) passage.copies += 1;
    },
  };
}

/** Flips one bit with probability `p`; the receiver's frame check sequence catches it. */
export function corrupt(p: number, random: Random): Fault {
  return {
    label: 'corrupt',
    apply(passage) {
      if (random.chance(p)) passage.flipBit = random.below(passage.size * 8);
    },
  };
}

/** Flips one bit of the IP payload with probability `p`, so that only checksums can notice (34 bytes are headers). */
export function corruptPastFcs(p: number, random: Random): Fault {
  return {
    label: 'corrupt past the check sequence',
    apply(passage) {
      if (passage.size <= 34 || !random.chance(p)) return;
      passage.flipBit = 34 * 8 + random.below((passage.size - 34) * 8);
      passage.pastFcs = true;
    },
  };
}

/** Flips bit `bit` of the frame with this ordinal. */
export function flipNth(ordinal: number, bit: number, pastFcs: boolean): Fault {
  return {
    label: 'flip',
    apply(passage) {
      if (passage.ordinal !== ordinal) return;
      passage.flipBit = bit % (passage.size * 8);
      passage.pastFcs = pastFcs;
    },
  };
}

/** A cable that is cut from `from` until `until`. */
export function cut(from: Nanoseconds, until: Nanoseconds = NEVER): Fault {
  return {
    label: 'cut',
    apply(passage) {
      if (passage.now >= from && passage.now < until) passage.lost ??= 'the link is cut';
    },
  };
}
