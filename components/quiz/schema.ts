// What an author writes in content/quiz/<chapter>.yaml, and what is wrong with it, in sentences that name the item.
// Whether claims, places and packets exist is found out later, when the page is built (prepare.ts).
import { z } from 'astro/zod';

const text = z
  .string({ error: 'is no text; put quotes around one that begins with { or holds a colon and a space' })
  .min(1)
  .max(600);
/** A place that explains: `break-it` on this chapter's page, `1-addresses#nat` on another's. No # in front: YAML would take it for a comment. */
const see = z
  .string()
  .regex(/^([\w-]+#)?[\w-]+$/, 'is the id of a heading, as break-it, or 1-addresses#nat on another page');
const names = z.record(z.string(), z.coerce.string());

/** A claim of a run: `{claim: ttfb, set: {caches: warm}}`. */
const claim = z.strictObject({
  claim: z.string(),
  scenario: z.string().optional(),
  set: names.optional(),
  seed: z.number().int().optional(),
  minus: z.union([z.string(), z.array(z.string())]).optional(),
  part: z.string().optional(),
});
const amount = z.union([z.number(), claim], { error: 'is neither a number nor {claim: name}' });
/** How far off is still right: `5%`, or a number in the item's unit. */
const within = z.union([
  z.number().min(0),
  z.string().regex(/^\d+(\.\d+)?%$/, 'is neither a number nor a share as 5%'),
]);

const base = {
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'is small letters, digits and hyphens'),
  /** The question. */
  ask: text,
  /** Why the right answer is right; shown with it, however it was found. */
  because: text,
  /** Where that is explained; also for the answers that name no place of their own. */
  see,
};
const said = { because: text, see: see.optional() };
const right = z.strictObject({ right: text, because: text.optional(), see: see.optional() });
const wrong = z.strictObject({ wrong: text, ...said });
const choices = z
  .array(z.union([right, wrong], { error: 'is neither {right: …} nor {wrong: …, because: …}' }))
  .min(2)
  .max(8);

const choice = z
  .strictObject({ kind: z.literal('choice'), ...base, choices })
  .refine((item) => item.choices.filter(isRight).length === 1, {
    error: 'has one right choice, no more and no less',
    path: ['choices'],
  });
const several = z
  .strictObject({ kind: z.literal('several'), ...base, choices: choices.min(3) })
  .refine((item) => item.choices.some(isRight), {
    error: 'has at least one right choice',
    path: ['choices'],
  });

function isRight(one: object): boolean {
  return 'right' in one;
}

const step = z.union(
  [
    text.transform((step) => ({ step })),
    z.strictObject({ step: text, because: text.optional(), see: see.optional() }),
  ],
  {
    error: 'is neither a text nor {step: …, because: …}',
  },
);
/** Written in the right order. `because` of a step: what is said when it stands too early. */
const order = z.strictObject({ kind: z.literal('order'), ...base, steps: z.array(step).min(3).max(8) });

const pair = z.strictObject({ match: text, with: text, ...said });
const match = z.strictObject({
  kind: z.literal('match'),
  ...base,
  pairs: z.array(pair).min(2).max(8),
  /** More to choose from, that belong to nothing. */
  others: z.array(text).max(4).default([]),
});

const number = z.strictObject({
  kind: z.literal('number'),
  ...base,
  right: amount,
  unit: z.string().max(24).default(''),
  within: within.default(0),
  /** Wrong numbers that one arrives at, each with what went wrong. */
  slips: z
    .array(z.strictObject({ near: amount, within: within.optional(), ...said }))
    .max(6)
    .default([]),
  /** Said of every other wrong number. */
  otherwise: text,
});

const forms = z.union([text.transform((form) => [form]), z.array(text).min(1)]);
const typed = z.strictObject({
  kind: z.literal('text'),
  ...base,
  /** The first form is the one that is shown. */
  accept: forms,
  /** Upper and lower case matter. */
  exact: z.boolean().default(false),
  slips: z
    .array(z.strictObject({ given: forms, ...said }))
    .max(8)
    .default([]),
  otherwise: text,
});

const run = z.strictObject({
  scenario: z.string(),
  set: names.default({}),
  seed: z.number().int().default(1),
});
const point = z.strictObject({
  kind: z.literal('point'),
  ...base,
  at: z.enum(['packet', 'field', 'byte', 'machine']),
  run,
  /** For packets: a display filter for the rows that are shown. For machines: their names. */
  among: z.union([z.string(), z.array(z.string())]).optional(),
  /** For fields and bytes: a display filter whose first match is the packet. */
  packet: z.string().optional(),
  /** For fields and bytes: the headers that are shown, `IPv4`; without it, all. */
  headers: z.array(z.string()).optional(),
  /** A display filter, a field's label (`IPv4 / Time to live`), or a machine's name. */
  target: z.string(),
  slips: z
    .array(z.strictObject({ target: z.string(), ...said }))
    .max(8)
    .default([]),
  otherwise: text,
});

const generated = z.strictObject({
  kind: z.literal('generated'),
  id: base.id,
  see,
  /** The generator, see components/quiz/generators. */
  by: z.string(),
});

const kinds = { choice, several, order, match, number, text: typed, point, generated };
export type ItemKind = keyof typeof kinds;
export const itemKinds = Object.keys(kinds) as readonly ItemKind[];
export type WrittenItem = { [Kind in ItemKind]: z.output<(typeof kinds)[Kind]> }[ItemKind];
export type Written<Kind extends ItemKind> = Extract<WrittenItem, { kind: Kind }>;

type Path = readonly PropertyKey[];
const placeOf = (path: Path): string =>
  path
    .map((step) => (typeof step === 'number' ? ` ${step + 1}` : ` ${String(step)}`))
    .join('')
    .trim();

/** One item, or what is wrong with it. */
function readItem(raw: unknown, place: number, fault: (message: string) => void): WrittenItem | undefined {
  const { id, kind } = (raw ?? {}) as { id?: unknown; kind?: unknown };
  const who = typeof id === 'string' ? `item “${id}”` : `item ${place + 1}`;
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) {
    fault(`${who} has no kind; there are ${itemKinds.join(', ')}`);
    return undefined;
  }
  const read = kinds[kind as ItemKind].safeParse(raw);
  if (read.success) return read.data as WrittenItem;
  for (const { path, message } of read.error.issues) {
    const where = placeOf(path);
    fault(`${who}${where === '' ? '' : `, ${where}`}: ${message}`);
  }
  return undefined;
}

/** A whole file. */
export const quizSchema = z
  .strictObject({ items: z.array(z.unknown()).min(1).max(30) })
  .transform((file, context) => {
    const fault = (message: string) => context.addIssue({ code: 'custom', message });
    const items = file.items.map((raw, i) => readItem(raw, i, fault)).filter((item) => item !== undefined);
    const seen = new Set<string>();
    for (const { id } of items) {
      if (seen.has(id)) fault(`two items are called “${id}”`);
      seen.add(id);
    }
    return { items };
  });
export type WrittenQuiz = z.output<typeof quizSchema>;
