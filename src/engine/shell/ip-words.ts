/**
 * What the objects of `ip` have in common: how they were asked to print, and how they refuse.
 */
import type { Family } from './program.ts';

/** How it was asked to print, and of which family. */
export interface IpOptions {
  readonly family: Family | undefined;
  readonly isBrief: boolean;
  readonly isOneLine: boolean;
}

/** Ends the program with a message on stderr. */
export class IpRefusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The word that must follow a keyword. Throws {@link IpRefusal}. */
export function following(words: readonly string[], at: number): string {
  const word = words[at];
  if (word === undefined) throw new IpRefusal(255, 'Command line is not complete. Try option "help"');
  return word;
}
