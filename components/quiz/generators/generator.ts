// What a generator is: from a seed it makes one question whose right answer the engine computes. The same seed makes
// the same question in the build, in the browser and in a test, so a link to it says all.
import type { ClaimView, RunRequest } from '#engine/inspect/view.ts';
import { namedRandom, type Random } from '../../engine/chance.ts';
import type { ChoiceItem, Item, NumberItem, Said, See } from '../item.ts';

/** Runs a scenario and reads its claims: in the build at once, on a page in the worker. */
export type ReadClaims = (request: RunRequest) => Promise<readonly ClaimView[]>;

type Bare<One extends Item> = Omit<One, 'id' | 'made'>;
export type Made = Bare<ChoiceItem> | Bare<NumberItem>;

/** Texts are HTML (inline.ts). Places to read on are added by who asks. */
export type Generator = (random: Random, claims: ReadClaims) => Promise<Made>;

const generators: Readonly<Record<string, () => Promise<Generator>>> = {
  'first-byte': () => import('./first-byte.ts').then((module) => module.firstByte),
  'negative-ttl': () => import('./negative-ttl.ts').then((module) => module.negativeTtl),
  'same-network': () => import('./same-network.ts').then((module) => module.sameNetwork),
  'search-list': () => import('./search-list.ts').then((module) => module.searchList),
  stranger: () => import('./stranger.ts').then((module) => module.stranger),
  'which-prefix': () => import('./which-prefix.ts').then((module) => module.whichPrefix),
};
export const generatorNames = Object.keys(generators);

/** Seeds count from 1; a link may carry any of these. */
export const MAX_SEED = 999_999;

export async function generate(
  by: string,
  seed: number,
  { id, see, claims }: { readonly id: string; readonly see: See | undefined; readonly claims: ReadClaims },
): Promise<Item> {
  const load = Object.hasOwn(generators, by) ? generators[by] : undefined;
  if (!load) throw new Error(`no generator is called “${by}”; there are ${generatorNames.join(', ')}`);
  const made = await (await load())(namedRandom(seed, `quiz/${by}`), claims);
  return { ...withPlace(made, see), id, made: { by, seed } };
}

/** Every word about an answer leads to the same place. */
function withPlace(made: Made, see: See | undefined): Made {
  const placed = (said: Said): Said => ({ see, ...said });
  const maybe = (said: Said | undefined) => said && placed(said);
  const because = placed(made.because);
  if (made.kind === 'choice') {
    const choices = made.choices.map((one) => ({ ...one, said: maybe(one.said) }));
    return { ...made, because, choices };
  }
  const slips = made.slips.map((slip) => ({ ...slip, said: placed(slip.said) }));
  return { ...made, because, slips, otherwise: maybe(made.otherwise) };
}
