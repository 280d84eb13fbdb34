/**
 * What `roundtrip` does with its arguments, without touching the process: text for each stream, and a status.
 */
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

export interface Outcome {
  readonly status: number;
  readonly out: string;
  /** At most one line, without its end. */
  readonly err: string;
}

export function program(args: readonly string[]): Outcome {
  const [command, ...rest] = args;
  if (command === undefined || command === 'help' || command === '--help' || command === '-h') {
    return { status: command === undefined ? 2 : 0, out: USAGE, err: '' };
  }
  const found = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (!found)
    return wrong(`no command is called ${command}; there are ${Object.keys(COMMANDS).join(', ')}, help`);
  try {
    return { status: 0, out: found(rest), err: '' };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return wrong(error.message);
  }
}

function wrong(message: string): Outcome {
  return { status: 2, out: '', err: `roundtrip: ${message.replaceAll('\n', ' ')}` };
}
