// From what an author wrote to what the page carries, while the page is built: claims become numbers, places become
// links, targets become rows of a real run. Whatever cannot be found stops the build, naming the file and the item.
import { type ClaimQuery, readClaim } from '../engine/claims.ts';
import { formatNumber } from '../engine/format.ts';
import { sessionOf } from '../engine/server.ts';
import { generate, type ReadClaims } from './generators/generator.ts';
import { brief, inline, plain } from './inline.ts';
import type { Item, QuizData, Said, See } from './item.ts';
import { sceneOf } from './pictures.ts';
import { unitOf } from './quantity.ts';
import type { Written, WrittenItem, WrittenQuiz } from './schema.ts';
import { disordered, shuffled } from './shuffle.ts';

/** The text of the place with this id, of a page; undefined when there is none. `page` is undefined for the quiz's own. */
export type FindPlace = (page: string | undefined, id: string) => See | undefined;

/** The page's own order is the same for everybody; readers get their own when they come again. */
const PAGE_SEED = 1;

export async function prepareQuiz(chapter: string, written: WrittenQuiz, find: FindPlace): Promise<QuizData> {
  const items: Item[] = [];
  for (const item of written.items) {
    try {
      items.push(await prepareItem(item, find));
    } catch (problem) {
      const why = problem instanceof Error ? problem.message : String(problem);
      throw new Error(`content/quiz/${chapter}.yaml: item “${item.id}”: ${why}`);
    }
  }
  return { chapter, items };
}

export const buildClaims: ReadClaims = async (request) => sessionOf(request).view().claims;

interface Writer {
  readonly html: (text: string) => string;
  readonly said: (one: { because: string; see?: string | undefined }) => Said;
  readonly maybe: (one: { because?: string | undefined; see?: string | undefined }) => Said | undefined;
}

async function prepareItem(item: WrittenItem, find: FindPlace): Promise<Item> {
  const place = (see: string) => placeOf(see, find);
  if (item.kind === 'generated')
    return generate(item.by, PAGE_SEED, { id: item.id, see: place(item.see), claims: buildClaims });
  const html = (text: string) => inline(text, readClaim);
  const said = ({ because, see = item.see }: { because: string; see?: string | undefined }): Said => ({
    html: html(because),
    see: place(see),
  });
  const maybe: Writer['maybe'] = ({ because, see }) =>
    because === undefined ? undefined : said({ because, see });
  const write = { html, said, maybe };
  const asked = { id: item.id, ask: html(item.ask), because: said(item) };
  switch (item.kind) {
    case 'choice':
    case 'several':
      return { ...asked, kind: 'choice', several: item.kind === 'several', choices: choicesOf(item, write) };
    case 'order':
      return { ...asked, kind: 'order', ...orderOf(item, write) };
    case 'match':
      return { ...asked, kind: 'match', ...matchOf(item, write) };
    case 'number':
      return { ...asked, kind: 'number', ...numberOf(item, write) };
    case 'text': {
      const slips = item.slips.map((slip) => ({ forms: slip.given, said: said(slip) }));
      const otherwise = said({ because: item.otherwise });
      return { ...asked, kind: 'text', accept: item.accept, exact: item.exact, slips, otherwise };
    }
    case 'point': {
      const scene = sceneOf(item);
      const slips = item.slips.map((slip) => ({ places: scene.find(slip.target), said: said(slip) }));
      const otherwise = said({ because: item.otherwise });
      return {
        ...asked,
        kind: 'point',
        picture: scene.picture,
        right: scene.find(item.target),
        slips,
        otherwise,
      };
    }
  }
}

function placeOf(see: string, find: FindPlace): See {
  const [page, id] = see.includes('#') ? see.split('#') : [undefined, see];
  const place = find(page, id!);
  if (!place) throw new Error(`see: there is no place “${see}”`);
  return place;
}

function choicesOf(item: Written<'choice' | 'several'>, { maybe }: Writer) {
  const choices = item.choices.map((one) => {
    const right = 'right' in one;
    return { html: brief(right ? one.right : one.wrong, readClaim), right, said: maybe(one) };
  });
  return shuffled(choices.length, PAGE_SEED, item.id).map((at) => choices[at]!);
}

function orderOf(item: Written<'order'>, { maybe }: Writer) {
  const steps = item.steps.map((one) => ({
    html: brief(one.step, readClaim),
    said: 'because' in one ? maybe(one) : undefined,
  }));
  return { steps, start: disordered(steps.length, PAGE_SEED, item.id) };
}

function matchOf(item: Written<'match'>, { said }: Writer) {
  const texts = [...item.pairs.map((pair) => pair.with), ...item.others].map((text) =>
    plain(text, readClaim),
  );
  // Two rows may have the same partner: it is one option.
  const all = [...new Set(texts)];
  const options = shuffled(all.length, PAGE_SEED, item.id).map((at) => all[at]!);
  const rows = item.pairs.map((pair, i) => ({
    html: brief(pair.match, readClaim),
    right: options.indexOf(texts[i]!),
    said: said(pair),
  }));
  return { rows, options };
}

type Amount = Written<'number'>['right'];

function numberOf(item: Written<'number'>, { said }: Writer) {
  const right = amountOf(item.right, item.unit);
  const slackOf = (within: number | string, value: number): number =>
    typeof within === 'string'
      ? (Math.abs(value) * Number(within.slice(0, -1))) / 100
      : within * unitOf(item.unit)[1];
  const within = slackOf(item.within, right.value);
  const slips = item.slips.map((slip) => {
    const { value } = amountOf(slip.near, item.unit);
    if (Math.abs(value - right.value) <= within) throw new Error('slips: one of them is right');
    return { value, within: slackOf(slip.within ?? item.within, value), said: said(slip) };
  });
  const otherwise = said({ because: item.otherwise });
  return { unit: item.unit, right: right.value, within, shown: right.text, slips, otherwise };
}

/** In the base of the unit's dimension, and as people read it. */
function amountOf(amount: Amount, unit: string): { readonly value: number; readonly text: string } {
  const [dimension, factor] = unitOf(unit);
  if (typeof amount === 'number') {
    const text = formatNumber(amount, Number.isInteger(amount) ? 0 : 2);
    return { value: amount * factor, text: unit === '' ? text : `${text}\u00a0${unit}` };
  }
  const { claim, scenario, set, seed, minus, part } = amount;
  const query: ClaimQuery = {
    name: claim,
    ...(scenario !== undefined && { scenario }),
    ...(set !== undefined && { set }),
    ...(seed !== undefined && { seed }),
    ...(minus !== undefined && { minus }),
    ...(part !== undefined && { part }),
  };
  const { text, value } = readClaim(query);
  if (typeof value !== 'number') throw new Error(`the claim “${claim}” is no number`);
  // A claim says its time in nanoseconds and its bytes in bytes; the text says which of them it is.
  const isTime = /\u00a0(ns|µs|ms|s|min)$/.test(text);
  if (isTime !== (dimension === 'time'))
    throw new Error(`the claim “${claim}” is ${text}, and the unit is ${unit || 'none'}`);
  const bare = !isTime && unit !== '' && dimension === 'count';
  return { value, text: bare ? `${text}\u00a0${unit}` : text };
}
