// The land of the world map, which figures use from here: a page that carried it would come later.
import type { APIRoute } from 'astro';
import { landFile } from '~components/figure/world/drawing.ts';

export const GET: APIRoute = () => new Response(landFile(), { headers: { 'Content-Type': 'image/svg+xml' } });
