// The page's sandbox as the playground knows it.
import { Sandbox } from '../engine/sandbox.ts';
import type { Runner } from './runner.ts';

const sandboxes = new Map<string, Sandbox>();

/** `site`: address of the course's front page. */
export function sandboxRunner(site: string): Runner {
  const found = sandboxes.get(site) ?? new Sandbox(`${site}sandbox/`);
  sandboxes.set(site, found);
  return found;
}
