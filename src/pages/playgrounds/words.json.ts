// What the editor of a playground offers: fetched at its first completion.
import type { APIRoute } from 'astro';
import { nodeWords } from '~components/engine/node-words.ts';

export const GET: APIRoute = () =>
  new Response(JSON.stringify(nodeWords()), { headers: { 'content-type': 'application/json' } });
