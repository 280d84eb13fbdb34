/**
 * `roundtrip`: list, describe and run scenarios from a terminal, type at the prompts of their machines, serve them to
 * real programs, and run programs of one's own on them.
 *
 * The same run as on the page, printed, and written as a capture. What was asked wrongly is answered in one line on
 * stderr, with status 2; a reader that closes the pipe early ends the program quietly.
 */
import { writeSync } from 'node:fs';
import { play } from './play.ts';
import { program } from './program.ts';
import { serve } from './serve.ts';

const [command, ...rest] = process.argv.slice(2);
if (command === 'serve') {
  // these last: they print as they go
  process.exitCode = await serve(rest, (stream, text) => print(stream === 'out' ? 1 : 2, text));
} else if (command === 'play') {
  process.exitCode = await play(rest, (stream, text) => print(stream === 'out' ? 1 : 2, text));
} else {
  const { status, pieces } = program(process.argv.slice(2));
  for (const { stream, text } of pieces) print(stream === 'out' ? 1 : 2, text);
  process.exitCode = status;
}

/** Writes all of it, also to a pipe that takes it piecemeal. */
function print(stream: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(stream, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
    }
  }
}
