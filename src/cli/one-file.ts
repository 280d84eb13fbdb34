/**
 * `node roundtrip.mjs FOLDER`: `roundtrip play` in one file that any Node from 20 on runs, and nothing beside it. Made by
 * site/integrations/simulator.ts; projects take it along to where there is no network (components/playground/stackblitz.ts).
 */
import { play } from './play.ts';

// a reader that closes the pipe early ends the program quietly
process.stdout.on('error', () => process.exit());

const [folder = '.', ...options] = process.argv.slice(2);
play([folder, ...options], (stream, text) => {
  process[stream === 'out' ? 'stdout' : 'stderr'].write(text);
}).then((status) => {
  process.exitCode = status;
});
