/**
 * What may stand where the cursor is: names of programs, flags, hosts, addresses and interfaces, for a terminal's Tab.
 *
 * It knows the programs; the machine's facts are handed in, so that a page can keep them as plain data.
 */
import { formatIp } from '../base/ip.ts';
import { Host } from '../net/host.ts';
import type { Network } from '../net/network.ts';
import { PATHS } from './files.ts';
import { type HostsTable, hostsWords } from './names.ts';
import { PROGRAMS, type WordKind } from './programs.ts';
import { interfacesOf } from './target.ts';

/** What a machine's person may want to name. */
export interface MachineFacts {
  /** Names and addresses of machines. */
  readonly hosts: readonly string[];
  readonly interfaces: readonly string[];
}

export interface Completion {
  /** Where in the line the word begins that is to be completed. */
  readonly from: number;
  /** Whole words that could stand there, sorted. */
  readonly candidates: readonly string[];
}

const MAX_CANDIDATES = 100;

/** The words of `ip` that may follow others. */
const IP_WORDS: Readonly<Record<string, readonly string[]>> = {
  '': ['address', 'link', 'neigh', 'route'],
  address: ['show'],
  link: ['show'],
  neigh: ['show'],
  route: ['show', 'get'],
};

/** `line` is what stands before the cursor. */
export function complete(line: string, facts: MachineFacts): Completion {
  const from = wordStart(line);
  const word = line.slice(from);
  const before = lastCommand(line.slice(0, from));
  const fitting = wordsAfter(before, word, facts)
    .filter((one) => one.startsWith(word) && one !== word)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return { from, candidates: [...new Set(fitting)].slice(0, MAX_CANDIDATES) };
}

function wordStart(line: string): number {
  const found = /[^\s;&|]*$/.exec(line);
  return found ? found.index : line.length;
}

/** The words of the command that is being typed. */
function lastCommand(line: string): readonly string[] {
  const command = line.split(/;|&&|\|/).at(-1)!;
  return command.split(/\s+/).filter((one) => one !== '');
}

function wordsAfter(before: readonly string[], word: string, facts: MachineFacts): readonly string[] {
  const [name, ...rest] = before;
  if (name === undefined) return [...PROGRAMS.keys()];
  const entry = PROGRAMS.get(name);
  if (!entry) return [];
  const last = rest.at(-1);
  const expected = last === undefined ? undefined : entry.values?.[last];
  if (expected !== undefined) return wordsOf(expected, facts, last!);
  if (last === '>' || last === '>>') return PATHS;
  if (/^[-+]/.test(word)) return entry.flags;
  if (word.startsWith('@')) return facts.hosts.map((host) => `@${host}`);
  if (name === 'ip') return ipWords(rest, facts);
  if (entry.verbs && rest.length === 0) return entry.verbs;
  return wordsOf(entry.words, facts, '');
}

function ipWords(rest: readonly string[], facts: MachineFacts): readonly string[] {
  const words = rest.filter((one) => !one.startsWith('-'));
  if (words.length === 0) return IP_WORDS['']!;
  if (words.at(-1) === 'dev') return facts.interfaces;
  if (words.includes('get')) return facts.hosts;
  if (words.length > 1) return ['dev', ...facts.interfaces];
  const object = IP_WORDS['']!.find((one) => one.startsWith(words[0]!));
  return object ? IP_WORDS[object]! : [];
}

function wordsOf(kind: WordKind, facts: MachineFacts, flag: string): readonly string[] {
  if (flag === '-M') return ['do', 'dont', 'want'];
  if (kind === 'host') return facts.hosts;
  if (kind === 'interface') return facts.interfaces;
  if (kind === 'file') return PATHS;
  return kind === 'program' ? [...PROGRAMS.keys()] : [];
}

/** The facts for one machine: names of the hosts file, addresses of all machines, its own interfaces. */
export function machineFacts(network: Network, machine: string, hosts: HostsTable = {}): MachineFacts {
  const addresses: string[] = [...hostsWords(hosts), 'localhost'];
  for (const one of network.machines.values()) {
    if (!(one instanceof Host)) continue;
    for (const nic of one.ip.nics) {
      if (nic.address !== undefined) addresses.push(formatIp(nic.address));
      for (const { address } of nic.addresses6) addresses.push(address);
    }
  }
  const own = network.machine(machine);
  return {
    hosts: [...new Set(addresses)],
    interfaces: own instanceof Host ? interfacesOf(own).map(({ name }) => name) : [],
  };
}
