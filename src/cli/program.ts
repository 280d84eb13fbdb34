/**
 * What `roundtrip` does with its arguments, without touching the process: text for each stream, and a status.
 */
import { Malformed } from '#engine/base/errors.ts';
import { describe } from './describe.ts';
import { list } from './list.ts';
import { run } from './run.ts';
import { type Piece, type ShellOutcome, sh } from './sh.ts';

const USAGE = `roundtrip: one request, packet by packet

  roundtrip list [--json]
  roundtrip describe SCENARIO
  roundtrip run SCENARIO [--set NAME=VALUE]... [--seed N] [--until TIME]
                [--text | --json | --claims | --transcript] [--pcap FILE] [--at MACHINE]
  roundtrip run SCENARIO --inputs FILE
  roundtrip serve SCENARIO [--set NAME=VALUE]... [--seed N] [--udp ADDRESS:PORT=MACHINE[:PORT]]...
                [--tcp ADDRESS:PORT=MACHINE[:PORT]]... [--allow-remote] [--speed N] [--for TIME]
                [--tun NAME|auto [--tun-at MACHINE] [--tun-route PREFIX]...]
                [--record FILE] [--pcap FILE] [--log] [--stats]
  roundtrip serve SCENARIO --replay FILE [--pcap FILE]
  roundtrip play DIR [--set NAME=VALUE]... [--seed N] [--plain] [--text] [--transcript] [--pcap FILE]
  roundtrip sh SCENARIO MACHINE [--set NAME=VALUE]... [--seed N] [--at TIME] [-- LINE]

  --set NAME=VALUE  a parameter, with its unit: --set distance=50ms --set rate=20Mbit/s
  --seed N          another world of chance; 1 by default
  --until TIME      cut the run at this virtual time: 2s, 97ms
  --text            one line a packet (the default)
  --json            the whole run as JSON; its shape is documented in the README
  --claims          what the run shows, in numbers; in a lab also how its goals stand
  --pcap FILE       write a capture (pcapng) for Wireshark, besides what is printed
  --at MACHINE      what this machine sends and hears, instead of each packet at its maker
  --at TIME         when the line is typed at the machine's prompt (sh); 0s by default
  --inputs FILE     with the inputs that serve --record wrote: the same run again
  --udp, --tcp      a real port that stands for a port of a simulated machine; 53 when none is named
  --allow-remote    lets --udp and --tcp listen where other computers can reach them
  --tun NAME|auto   a device into which this computer routes the whole simulated network (Linux, root)
  --speed N         virtual seconds a real second; 1 by default
  --for TIME        end after this much real time, instead of at Ctrl-C
  --plain           what programs print and nothing else, without time and name
  --transcript      the run in sentences; for play after what was printed
  --log, --stats    a line for each answer; how late answers were
  -- LINE           such as ping -c 3 192.0.2.1; without one, lines are read from standard input
`;

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => string | ShellOutcome>> = {
  list,
  describe,
  run,
  sh,
};

export interface Outcome {
  readonly status: number;
  /** Both streams as they come, and each by itself. */
  readonly pieces: readonly Piece[];
  readonly out: string;
  /** With its line ends: one line for what was asked wrongly, or what programs at a prompt complain of. */
  readonly err: string;
}

export function program(args: readonly string[]): Outcome {
  const [command, ...rest] = args;
  if (command === undefined || command === 'help' || command === '--help' || command === '-h') {
    return outcome(command === undefined ? 2 : 0, [{ stream: 'out', text: USAGE }]);
  }
  const found = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (!found)
    return wrong(
      `no command is called ${command}; there are ${Object.keys(COMMANDS).join(', ')}, serve, play, help`,
    );
  try {
    const done = found(rest);
    return typeof done === 'string'
      ? outcome(0, [{ stream: 'out', text: done }])
      : outcome(done.status, done.pieces);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return wrong(error.message);
  }
}

function wrong(message: string): Outcome {
  return outcome(2, [{ stream: 'err', text: `roundtrip: ${message.replaceAll('\n', ' ')}\n` }]);
}

function outcome(status: number, pieces: readonly Piece[]): Outcome {
  const of = (stream: Piece['stream']): string =>
    pieces
      .filter((piece) => piece.stream === stream)
      .map(({ text }) => text)
      .join('');
  return { status, pieces, out: of('out'), err: of('err') };
}
