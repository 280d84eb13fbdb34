// What an author writes in content/cards/<chapter>.yaml. A mistake stops the build, with the file and the card.
import { z } from 'astro/zod';

const text = z.string().min(1).max(400);

const figure = z.strictObject({
  scenario: z.string(),
  set: z.record(z.string(), z.coerce.string()).default({}),
  seed: z.number().int().default(1),
  /** The moment, in milliseconds of the run. */
  cursor: z.number().min(0),
  panels: z.tuple([z.enum(['map', 'ladder'])]).default(['map']),
  /** For the ladder: the stretch of the run that is shown, in milliseconds. */
  from: z.number().min(0).optional(),
  to: z.number().min(0).optional(),
  /** A packet's number and a machine's name, to be marked. */
  packet: z.number().int().optional(),
  machine: z.string().optional(),
  /** Shown with the question when the question is about it; else with the answer. */
  on: z.enum(['front', 'back']).default('back'),
  /** What the moment shows, for who does not see it. */
  says: z.string().min(20).max(300),
  /** The chapter's living figure. Without it the picture leads nowhere: the chapter shows that scenario in no Player. */
  living: z.string().optional(),
});

const card = z.strictObject({
  /** Names the card in the reader's memory: never changed, never used again for another one. */
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'is small letters, digits and hyphens'),
  front: text,
  back: text,
  /** The section of the chapter that explains it. */
  see: z.string().regex(/^[\w-]+$/, 'is the id of a heading'),
  figure: figure.optional(),
});

export const cardsSchema = z
  .strictObject({ cards: z.array(card).min(8).max(15) })
  .superRefine((file, context) => {
    const seen = new Set<string>();
    for (const { id } of file.cards) {
      if (seen.has(id)) context.addIssue({ code: 'custom', message: `two cards are called “${id}”` });
      seen.add(id);
    }
  });
export type CardText = z.output<typeof card>;
export type CardFigure = z.output<typeof figure>;
