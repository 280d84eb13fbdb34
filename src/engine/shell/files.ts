/**
 * The files that a terminal knows: `/etc/hosts` and `/etc/resolv.conf`, which everybody may read and root may write, and
 * a few that only say what the machine is. `cat` (coreutils 9.1) prints them; bash's `>` and `>>`, and `tee`, write them.
 *
 * Not here: a file system, directories, other owners and modes.
 */
import { Malformed } from '../base/errors.ts';
import type { Host } from '../net/host.ts';
import { HOSTS_PATH, isHostPath, RESOLV_CONF_PATH } from '../net/host-files.ts';
import { atOnce, type Env, type Program } from './program.ts';

/** The paths that can be read, for completion. */
export const PATHS = ['/etc/hostname', HOSTS_PATH, '/etc/nsswitch.conf', RESOLV_CONF_PATH];

const DIRECTORIES = ['/', '/etc', '/etc/'];

/** Undefined for a path that does not exist. */
export function readFile(host: Host, path: string): string | undefined {
  if (isHostPath(path)) return host.files.read(path);
  if (path === '/etc/hostname') return `${host.name}\n`;
  // nsswitch.conf(5): the order in which names are looked up here
  return path === '/etc/nsswitch.conf' ? 'hosts: files dns\n' : undefined;
}

/** Why somebody may not write there, in the C library's words; undefined when they may. */
export function writeProblem(user: string, path: string): string | undefined {
  if (path === '/dev/null') return undefined;
  if (DIRECTORIES.includes(path)) return 'Is a directory';
  if (!path.startsWith('/etc/')) return 'No such file or directory';
  if (user !== 'root') return 'Permission denied';
  return isHostPath(path) ? undefined : 'Read-only file system';
}

/** Why the text was not written; undefined when it was. */
export function writeFile(host: Host, path: string, text: string, appends: boolean): string | undefined {
  if (!isHostPath(path)) return undefined;
  try {
    host.files.write(path, appends ? host.files.read(path) + text : text);
    return undefined;
  } catch (error) {
    if (error instanceof Malformed) return 'File too large';
    throw error;
  }
}

export const cat: Program = atOnce((env: Env): number => {
  let status = 0;
  if (env.args.length === 0 && env.input !== undefined) {
    env.out(env.input);
    return 0;
  }
  if (env.args.length === 0) {
    env.err('cat: reading from the keyboard is not available in this terminal\n');
    return 1;
  }
  for (const path of env.args) {
    if (path.startsWith('-')) {
      env.err(`cat: ${path} is not available in this terminal\n`);
      return 1;
    }
    const text = readFile(env.host, path);
    if (text !== undefined) env.out(text);
    else {
      const problem = DIRECTORIES.includes(path) ? 'Is a directory' : 'No such file or directory';
      env.err(`cat: ${path}: ${problem}\n`);
      status = 1;
    }
  }
  return status;
});

/** Writes what comes through the pipe to files, and prints it. */
export const tee: Program = atOnce((env: Env): number => {
  const appends = env.args[0] === '-a';
  const paths = appends ? env.args.slice(1) : env.args;
  if (env.input === undefined || paths.some((path) => path.startsWith('-'))) {
    env.err('tee: only echo TEXT | tee [-a] FILE is available in this terminal\n');
    return 1;
  }
  env.out(env.input);
  let status = 0;
  for (const path of paths) {
    const problem = writeProblem(env.user, path) ?? writeFile(env.host, path, env.input, appends);
    if (problem === undefined) continue;
    env.err(`tee: ${path}: ${problem}\n`);
    status = 1;
  }
  return status;
});

/** Alone; with a command, the terminal runs that one as root. */
export const sudo: Program = atOnce((env: Env): number => {
  env.err('usage: sudo command [arg ...]\n');
  return 1;
});
