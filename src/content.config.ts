import { defineCollection } from 'astro:content';
import { docsSchema } from '@astrojs/starlight/schema';
import { glob } from 'astro/loaders';
import { z } from 'astro/zod';
import { entrySchema } from '../components/glossary/entry.ts';
import { glossaryLoader } from '../components/glossary/loader.ts';
import { quizSchema } from '../components/quiz/schema.ts';
import { cardsSchema } from '../components/review/card.ts';

export const collections = {
  // Starlight wants the collection to be called docs; the files live in content/, where authors look for them.
  docs: defineCollection({
    loader: glob({ base: './content', pattern: '{chapters,labs,reference}/**/[^_]*.{md,mdx}' }),
    schema: docsSchema({
      extend: z.object({
        /** Place in the course; only chapters have one. */
        chapter: z.number().int().min(0).max(99).optional(),
        /** Of a lab: the chapter that it comes after, by its file's name; its solution is kept under it. */
        after: z.string().optional(),
        /** Reading time, figures and quiz included. */
        minutes: z.number().int().positive().optional(),
        /** The day someone last checked every claim on the page. */
        reviewed: z.coerce.date().optional(),
        /** One line under the title in the chapter list. */
        summary: z.string().max(90).optional(),
      }),
    }),
  }),
  // One file a chapter: content/quiz/<chapter>.yaml. CONTRIBUTING.md says how an item is written.
  quiz: defineCollection({ loader: glob({ base: './content/quiz', pattern: '*.yaml' }), schema: quizSchema }),
  // One file: content/glossary.yaml. CONTRIBUTING.md says how an entry is written.
  glossary: defineCollection({ loader: glossaryLoader('content/glossary.yaml'), schema: entrySchema }),
  // content/cards/<chapter>.yaml
  cards: defineCollection({
    loader: glob({ base: './content/cards', pattern: '*.yaml' }),
    schema: cardsSchema,
  }),
};
