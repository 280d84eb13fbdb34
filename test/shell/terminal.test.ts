/** A prompt: lines one after another, Ctrl-C, machines that are switched off, lines from hostile links. */
import { describe, expect, it } from 'vitest';
import { Malformed } from '../../src/engine/base/errors.ts';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import { dropNth } from '../../src/engine/net/link/fault.ts';
import { openTerminals } from '../../src/engine/shell/terminal.ts';
import { World } from '../../src/engine/sim/world.ts';
import { shellEvents, type Town, town, type } from './small-town.ts';

/** What stands on the screen, as `time what`. */
function screen(place: Town, machine = 'laptop'): string[] {
  return shellEvents(place, machine).map(({ time, kind, detail }) => {
    const what = detail!['text'] ?? detail!['status'] ?? detail!['line'];
    return `${time / MILLISECOND} ${kind.slice(6)} ${String(what).trimEnd()}`;
  });
}

describe('a line', () => {
  it('is recorded with its prompt, its output as it comes, and its status', () => {
    const place = town();
    place.world.input(SECOND, 'type', { machine: 'laptop', line: 'ping -c 2 203.0.113.80' });
    place.world.kernel.run({ until: 10 * SECOND });
    const [typed] = shellEvents(place);
    expect(typed!.detail).toEqual({
      run: 1,
      line: 'ping -c 2 203.0.113.80',
      user: 'maya',
      prompt: 'maya@laptop:~$ ',
    });
    expect(screen(place)).toEqual([
      '1000 run ping -c 2 203.0.113.80',
      '1000 output PING 203.0.113.80 (203.0.113.80) 56(84) bytes of data.',
      // both sides ask for cards first: two round trips more
      '1040 output 64 bytes from 203.0.113.80: icmp_seq=1 ttl=63 time=40.0 ms',
      '2020 output 64 bytes from 203.0.113.80: icmp_seq=2 ttl=63 time=20.0 ms',
      expect.stringContaining('2020 output \n--- 203.0.113.80 ping statistics ---'),
      '2020 exit 0',
    ]);
  });

  it('is caused by the input, and its output by the packets', () => {
    const place = town();
    type(place, 'ping -c 1 203.0.113.80');
    const { trace } = place.world;
    const [typed, header, reply] = shellEvents(place);
    expect(trace.event(typed!.cause).kind).toBe('input');
    expect(header!.cause).toBe(typed!.id);
    const delivered = trace.event(reply!.cause);
    expect(delivered.kind).toBe('frame.delivered');
    expect(delivered.time).toBe(reply!.time);
  });

  it('waits while another one runs', () => {
    const place = town();
    for (const [at, line] of [
      [0, 'sleep 2'],
      [1, 'echo one; false'],
      [1, 'echo two'],
    ] as const)
      place.world.input(at * SECOND, 'type', { machine: 'laptop', line });
    place.world.input(SECOND, 'type', { machine: 'web', line: 'echo elsewhere' });
    place.world.kernel.run({ until: 10 * SECOND });
    expect(screen(place)).toEqual([
      '0 run sleep 2',
      '2000 exit 0',
      '2000 run echo one; false',
      '2000 output one',
      '2000 exit 1',
      '2000 run echo two',
      '2000 output two',
      '2000 exit 0',
    ]);
    expect(screen(place, 'web')).toEqual(['1000 run echo elsewhere', '1000 output elsewhere', '1000 exit 0']);
  });

  it('is refused when too many wait already', () => {
    const place = town();
    place.world.input(0, 'type', { machine: 'laptop', line: 'sleep 1' });
    for (let i = 0; i < 20; i++) place.world.input(1, 'type', { machine: 'laptop', line: `echo ${i}` });
    place.world.kernel.run({ until: 10 * SECOND });
    const kinds = shellEvents(place).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'shell.run')).toHaveLength(17);
    expect(kinds.filter((kind) => kind === 'shell.refused')).toHaveLength(4);
  });

  it.each([
    ['', 0, '', ''],
    ['# a comment', 0, '', ''],
    ['nosuch -x', 127, '', 'bash: nosuch: command not found\n'],
    ['toString', 127, '', 'bash: toString: command not found\n'],
    ['echo a | cat', 0, 'a\n', ''],
    ['false && echo a | cat; echo b | cat || echo c', 0, 'b\n', ''],
    ['echo a | nosuch | cat', 0, '', 'bash: nosuch: command not found\n'],
    ['echo a | false', 1, '', ''],
    ['echo a > /dev/null | cat', 0, '', ''],
    ['sudo nosuch', 1, '', 'sudo: nosuch: command not found\n'],
    [
      'echo $HOME',
      2,
      '',
      'bash: this terminal has no variables and substitution ($); it has ; && || | > >> and quotes\n',
    ],
    ["echo 'a", 2, '', "bash: unexpected EOF while looking for matching `''\n"],
    ['true && echo yes || echo no', 0, 'yes\n', ''],
    ['false && echo yes || echo no', 0, 'no\n', ''],
    ['false; echo x', 0, 'x\n', ''],
    ['false || true && false', 1, '', ''],
  ])('%j ends with %i', (line, status, out, err) => {
    const printed = type(town(), line);
    expect(printed).toMatchObject({ status, out, err });
  });

  it('of a root has another prompt', () => {
    const place = town();
    type(place, 'true', 'home');
    expect(shellEvents(place, 'home')[0]!.detail!['prompt']).toBe('root@home:~# ');
  });

  it('may print a lot, and not without end', () => {
    const place = town();
    const { out, err, status } = type(place, 'ping -i 0.002 -w 20 203.0.113.80');
    expect(status).toBe(130);
    expect(out.length).toBeGreaterThan(150_000);
    expect(out.length).toBeLessThan(201_000);
    expect(err).toBe('\nbash: stopped after 200000 characters\n');
    expect(type(place, 'echo still here').out).toBe('still here\n');
  });
});

describe('Ctrl-C', () => {
  const interrupted = (line: string, at: number): string[] => {
    const place = town();
    place.world.input(0, 'type', { machine: 'laptop', line });
    place.world.input(at * MILLISECOND, 'interrupt', { machine: 'laptop' });
    place.world.kernel.run({ until: 60 * SECOND });
    return screen(place);
  };

  it('ends a program at once, and the rest of its line', () => {
    expect(interrupted('sleep 5; echo after', 700)).toEqual(['0 run sleep 5; echo after', '700 exit 130']);
  });

  it('has ping sum up; the line goes on as after any other end', () => {
    const shown = interrupted('ping 203.0.113.80; echo after', 1500);
    expect(shown.at(-3)).toContain(
      '1500 output \n--- 203.0.113.80 ping statistics ---\n2 packets transmitted, 2 received',
    );
    expect(shown.slice(-2)).toEqual(['1500 output after', '1500 exit 0']);
  });

  it('throws away what was typed ahead', () => {
    const place = town();
    place.world.input(0, 'type', { machine: 'laptop', line: 'sleep 5' });
    place.world.input(1, 'type', { machine: 'laptop', line: 'echo never' });
    place.world.input(SECOND, 'interrupt', { machine: 'laptop' });
    place.world.input(2 * SECOND, 'type', { machine: 'laptop', line: 'echo now' });
    place.world.kernel.run({ until: 10 * SECOND });
    expect(screen(place)).toEqual([
      '0 run sleep 5',
      '1000 exit 130',
      '2000 run echo now',
      '2000 output now',
      '2000 exit 0',
    ]);
  });

  it('at an idle prompt does nothing', () => {
    const place = town();
    place.world.input(0, 'interrupt', { machine: 'laptop' });
    expect(type(place, 'echo a').out).toBe('a\n');
  });

  it('frees the ports that a program held', () => {
    const place = town();
    place.world.input(0, 'type', { machine: 'laptop', line: 'traceroute -n 192.168.1.77' });
    place.world.kernel.run({ until: SECOND });
    expect(place.laptop.udp.openPorts.length).toBe(16);
    place.world.input(SECOND, 'interrupt', { machine: 'laptop' });
    place.world.kernel.run({ until: 2 * SECOND });
    expect(place.laptop.udp.openPorts).toEqual([]);
  });
});

describe('a machine that is switched off', () => {
  it('loses its line, takes none, and has a fresh prompt afterwards', () => {
    const place = town();
    const at = (seconds: number, what: string, more: Record<string, string> = {}): void =>
      place.world.input(seconds * SECOND, what, { machine: 'laptop', ...more });
    at(0, 'type', { line: 'ping 203.0.113.80' });
    at(1, 'type', { line: 'echo lost' });
    at(2, 'off');
    at(3, 'type', { line: 'echo nobody hears' });
    at(4, 'restart');
    at(5, 'type', { line: 'echo again' });
    place.world.kernel.run({ until: 10 * SECOND });
    const shown = screen(place).filter((line) => !line.includes('64 bytes') && !line.includes('PING'));
    expect(shown).toEqual([
      '0 run ping 203.0.113.80',
      '2000 exit 255',
      '3000 refused echo nobody hears',
      '5000 run echo again',
      '5000 output again',
      '5000 exit 0',
    ]);
  });
});

describe('what comes from a link is checked', () => {
  it.each([
    ['type', { machine: 'laptop', line: 'x'.repeat(401) }, 'at most 400 characters'],
    ['type', { machine: 'laptop', line: 'a\nb' }, 'printable'],
    ['type', { machine: 'laptop', line: 'a\u0007' }, 'printable'],
    ['type', { machine: 'laptop', line: 'a\u2028b' }, 'printable'],
    ['type', { machine: 'laptop', line: '\ud800' }, 'printable'],
    ['type', { machine: 'laptop', line: 7 }, 'at most 400 characters'],
    ['type', { machine: 'laptop' }, 'at most 400 characters'],
    ['type', { machine: 'nowhere', line: 'a' }, 'no machine is called nowhere'],
    ['type', { line: 'a' }, 'no machine is called undefined'],
    ['interrupt', { machine: 'nowhere' }, 'no machine is called nowhere'],
  ])('%s %j', (what, detail, message) => {
    const { world } = town();
    expect(() => world.checkInput(what, detail)).toThrow(Malformed);
    expect(() => world.checkInput(what, detail)).toThrow(message);
  });

  it('a machine without a prompt is named', () => {
    const { world } = town({ users: { laptop: 'maya' } });
    expect(() => world.checkInput('type', { machine: 'web', line: 'a' })).toThrow(
      'web has no terminal; there are those of laptop',
    );
  });

  it('what people can type passes', () => {
    const { world } = town();
    for (const line of ['', 'ping -c 1 203.0.113.80', 'echo “ü” 日本 🙂'])
      expect(() => world.checkInput('type', { machine: 'laptop', line })).not.toThrow();
  });

  it('a switch runs no shell', () => {
    const { network } = town();
    network.switch('lan');
    expect(() => openTerminals(network, { users: { lan: 'maya' } })).toThrow('lan runs no programs');
  });
});

describe('a run with its inputs', () => {
  it('repeats to the last event', () => {
    const digest = (): string => {
      const place = town();
      place.far.forward.faults.push(dropNth([2]));
      place.world.input(0, 'type', {
        machine: 'laptop',
        line: 'ping -c 3 203.0.113.80; traceroute 203.0.113.80',
      });
      place.world.input(SECOND, 'type', { machine: 'web', line: 'ping -c 2 2001:db8:1::23' });
      place.world.kernel.run({ until: 60 * SECOND });
      return place.world.trace.digest;
    };
    expect(digest()).toBe(digest());
    expect(new World().trace.digest).not.toBe(digest());
  });
});
