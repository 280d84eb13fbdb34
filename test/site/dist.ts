// The built course as the tests see it: its pages, read from the folder.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const port = 4331;
export const basePort = 4332;
export const folder = (name: string) => fileURLToPath(new URL(`../../${name}/`, import.meta.url));

/** Every file of a build, as paths from its root. */
export function files(build: string): string[] {
  return readdirSync(folder(build), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder(build).length).replace(/^\/+/, ''))
    .sort();
}

/** Addresses of the pages of a build. Frames for learners' code are not pages of the course. */
export function pages(build = 'dist'): string[] {
  return files(build)
    .filter((file) => file.endsWith('.html') && !file.startsWith('sandbox'))
    .map((file) => `/${file.replace(/(^|\/)index\.html$/, '$1')}`);
}

export const read = (build: string, file: string) => readFileSync(folder(build) + file, 'utf8');
