// Chance that can be repeated: the engine’s own generator, handed on to the page.
export { namedRandom, type Random } from '#engine/base/random.ts';
