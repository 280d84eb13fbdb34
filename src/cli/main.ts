/**
 * `roundtrip`: list, describe and run scenarios from a terminal.
 *
 * The same run as on the page, printed, and written as a capture. What was asked wrongly is answered in one line on
 * stderr, with status 2; a reader that closes the pipe early ends the program quietly.
 */
import { writeSync } from 'node:fs';
import { Malformed } from '#engine/base/errors.ts';
import { describe } from './describe.ts';
import { list } from './list.ts';
import { run } from './run.ts';

const USAGE = `roundtrip: one request, packet by packet

  roundtrip list [--json]
  roundtrip describe SCENARIO
  roundtrip run SCENARIO [--set NAME=VALUE]... [--seed N] [--until TIME]
                [--text | --json | --claims] [--pcap FILE] [--at MACHINE]

  --set NAME=VALUE  a parameter, with its unit: --set distance=50ms --set rate=20Mbit/s
  --seed N          another world of chance; 1 by default
  --until TIME      cut the run at this virtual time: 2s, 97ms
  --text            one line a packet (the default)
  --json            the whole run as JSON; its shape is documented in the README
  --claims          what the run shows, in numbers
  --pcap FILE       write a capture (pcapng) for Wireshark, besides what is printed
  --at MACHINE      what this machine sends and hears, instead of each packet at its maker
`;

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => string>> = { list, describe, run };

function main(args: readonly string[]): number {
  const [command, ...rest] = args;
  if (command === undefined || command === 'help' || command === '--help' || command === '-h') {
    print(USAGE);
    return command === undefined ? 2 : 0;
  }
  const found = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (!found) {
    complain(`no command is called ${command}; there are ${Object.keys(COMMANDS).join(', ')}, help`);
    return 2;
  }
  try {
    print(found(rest));
    return 0;
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    complain(error.message);
    return 2;
  }
}

/** Writes all of it, also to a pipe that takes it piecemeal. */
function print(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
    }
  }
}

function complain(message: string): void {
  writeSync(2, `roundtrip: ${message.replaceAll('\n', ' ')}\n`);
}

process.exitCode = main(process.argv.slice(2));
