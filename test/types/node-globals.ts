// Every global that programs find has Node's type, but for the omissions that are listed with their reasons
// (engine/node/omissions.ts). The compiler is the test, as it is of the modules (node-modules.ts).
import type { globals } from '../../src/engine/node/globals.ts';
import type { Omitted } from '../../src/engine/node/omissions.ts';
import type { Completed, OpenNames } from './node-modules.ts';

type Ours = ReturnType<typeof globals>;
type Unmeasured = Omitted<'globalThis'>;
/** Of the language's own a program has what the engine beneath has: that needs no measure. */
type Theirs = Pick<typeof globalThis, keyof typeof globalThis & keyof Ours>;

declare const ours: Completed<Ours, Theirs, Unmeasured>;
export const programGlobals: Theirs = ours;

declare const open: OpenNames<typeof ours, Theirs, Unmeasured>;
export const nothingIsOpen: never = open;

declare const unknownToNode: Exclude<keyof Ours, keyof typeof globalThis>;
export const nothingIsMore: never = unknownToNode;
