// A figure's whole state as a URL fragment and back: `#rt=first-request&v=1&set.rtt=50ms&t=96.5&p=11&open=ladder`.
// What comes in is data from a stranger: every field has a form and a bound, an unknown one falls back to its default
// and is named in a sentence for the reader. Nothing of it is ever executed.
import type { RunRequest } from '#engine/inspect/view.ts';
import { type PanelName, panelNames } from './panel.ts';

/** What a reader does to a run, at a moment of it. */
export type NewInput = RunRequest['inputs'][number];

/** Longer links are not read: beyond that a run belongs in a file. */
export const MAX_LINK = 8192;
const MAX_KNOBS = 32;
export const MAX_INPUTS = 64;
const MAX_DETAILS = 16;
/** Characters of one text: a line that somebody typed. */
export const MAX_TEXT = 400;
/** Characters of the detail `text`, which may have lines: a zone that somebody wrote. */
export const MAX_LINES_TEXT = 4_000;
/** Control characters, halves of characters, and the two line ends that Unicode added: as the engine's terminals have it. */
export const UNTYPABLE = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
const ALL_UNTYPABLE = new RegExp(UNTYPABLE, 'gu');
const UNWRITABLE = /[^\P{Cc}\n\t]|[\p{Cs}\u2028\u2029]/u;
const panels: readonly string[] = panelNames;

export interface LinkState {
  readonly figure?: string | undefined;
  readonly request: RunRequest;
  readonly version: number;
  /** Kernel nanoseconds. */
  readonly cursor?: number | undefined;
  readonly packet?: number | undefined;
  readonly panels?: readonly PanelName[] | undefined;
}

export interface ReadLink {
  readonly state: LinkState;
  /** What could not be read, one sentence each. */
  readonly problems: readonly string[];
}

export function writeLink(state: LinkState): string {
  const { request } = state;
  const parts = [`rt=${request.scenario}`, `v=${state.version}`];
  if (state.figure) parts.push(`f=${encodeURIComponent(state.figure)}`);
  for (const [name, text] of Object.entries(request.set)) parts.push(`set.${name}=${quote(text)}`);
  if (request.seed !== 1) parts.push(`seed=${request.seed}`);
  for (const input of request.inputs) parts.push(`do=${writeInput(input)}`);
  if (state.cursor !== undefined) parts.push(`t=${milliseconds(state.cursor)}`);
  if (state.packet !== undefined) parts.push(`p=${state.packet}`);
  if (state.panels?.length) parts.push(`open=${state.panels.join(',')}`);
  return `#${parts.join('&')}`;
}

/** Undefined when the fragment is not one of ours at all. */
export function readLink(fragment: string): ReadLink | undefined {
  const text = fragment.replace(/^#/, '');
  if (!text.startsWith('rt=')) return undefined;
  const problems: string[] = [];
  const empty: LinkState = { request: { scenario: '', set: {}, seed: 1, inputs: [] }, version: 1 };
  if (text.length > MAX_LINK) {
    return {
      state: empty,
      problems: [`This link is longer than ${MAX_LINK / 1024} kB, so it was not read.`],
    };
  }
  const set: Record<string, string> = {};
  const inputs: NewInput[] = [];
  let scenario = '';
  let seed = 1;
  let version = 1;
  let figure: string | undefined;
  let cursor: number | undefined;
  let packet: number | undefined;
  let open: readonly PanelName[] | undefined;
  const whole = (raw: string, most: number, what: string): number | undefined => {
    const value = /^\d{1,16}$/.test(raw) ? Number(raw) : Number.NaN;
    if (value <= most) return value;
    problems.push(
      `The ${what} in this link, ${shorten(raw)}, is not a whole number up to ${most}; it was left out.`,
    );
    return undefined;
  };
  for (const part of text.split('&')) {
    const at = part.indexOf('=');
    const key = at < 0 ? part : part.slice(0, at);
    const written = at < 0 ? '' : part.slice(at + 1);
    const raw = decode(written);
    if (raw === undefined) {
      problems.push(`A part of this link, ${shorten(part)}, is not well written; it was left out.`);
    } else if (key === 'rt') {
      if (/^[a-z][a-z0-9-]{0,39}$/.test(raw)) scenario = raw;
      else problems.push(`This link names no scenario: ${shorten(raw)}.`);
    } else if (key === 'v') version = whole(raw, 9999, 'version') ?? version;
    else if (key === 'seed') seed = whole(raw, 0xffff_ffff, 'seed') ?? seed;
    else if (key === 'p') packet = whole(raw, 10_000_000, 'packet');
    else if (key === 'f') {
      if (/^[\w-]{1,40}$/.test(raw)) figure = raw;
      else problems.push(`The figure's name in this link, ${shorten(raw)}, is not one; it was left out.`);
    } else if (key === 't') {
      if (/^\d{1,9}(\.\d{1,6})?$/.test(raw)) cursor = Math.round(Number(raw) * 1e6);
      else
        problems.push(
          `The moment in this link, ${shorten(raw)}, is not a number of milliseconds; it was left out.`,
        );
    } else if (key === 'open') {
      const names = raw.split(',').filter((name): name is PanelName => panels.includes(name));
      if (names.length > 0) open = [...new Set(names)].slice(0, 2);
      if (names.length !== raw.split(',').length)
        problems.push(`This link opens a panel that does not exist: ${shorten(raw)}.`);
    } else if (key === 'do') {
      const input = readInput(written);
      if (typeof input === 'string') problems.push(input);
      else if (inputs.length >= MAX_INPUTS)
        problems.push(`This link has more than ${MAX_INPUTS} inputs; the rest was left out.`);
      else inputs.push(input);
    } else if (/^set\.[a-z][A-Za-z0-9-]{0,31}$/.test(key)) {
      if (!/^[\w.%/+-]{1,64}$/u.test(raw))
        problems.push(`${shorten(raw)} is no value for ${key.slice(4)}; its default was kept.`);
      else if (Object.keys(set).length >= MAX_KNOBS)
        problems.push(`This link has more than ${MAX_KNOBS} settings; the rest was left out.`);
      else set[key.slice(4)] = raw;
    } else problems.push(`This link says ${shorten(key)}, which means nothing here; it was left out.`);
  }
  const request: RunRequest = { scenario, set, seed, inputs };
  return { state: { figure, request, version, cursor, packet, panels: open }, problems };
}

// ── inputs: `101.5,drop,from:laptop,to:switch,ordinal:3` ──

function writeInput(input: NewInput): string {
  const details = Object.entries(input.detail).map(
    ([name, value]) =>
      `${name}:${name === 'text' && typeof value === 'string' ? writeLines(value) : writeValue(value)}`,
  );
  return [milliseconds(input.time), input.what, ...details].join(',');
}

/** Texts that would read back as something else wear an apostrophe. */
function writeValue(value: NewInput['detail'][string]): string {
  if (typeof value !== 'string') return String(value);
  return quote(typeof readValue(value) === 'string' && !value.startsWith("'") ? value : `'${value}`);
}

function readValue(raw: string): NewInput['detail'][string] {
  if (raw.startsWith("'")) return raw.slice(1);
  if (raw === 'true' || raw === 'false') return raw === 'true';
  if (raw === 'null') return null;
  return /^-?\d{1,16}(\.\d{1,9})?$/.test(raw) ? Number(raw) : raw;
}

function readInput(text: string): NewInput | string {
  const [time = '', what = '', ...details] = text.split(',');
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(time))
    return `An input in this link has no time: ${shorten(decode(text) ?? text)}. It was left out.`;
  if (!/^[a-z][a-z-]{0,31}$/.test(what))
    return `An input in this link says no deed: ${shorten(decode(text) ?? text)}. It was left out.`;
  if (details.length > MAX_DETAILS)
    return `An input in this link says too much: ${shorten(decode(text) ?? text)}. It was left out.`;
  const detail: Record<string, NewInput['detail'][string]> = {};
  for (const part of details) {
    const lines = /^text:(.*)$/s.exec(part);
    if (lines) {
      const text = readLines(lines[1]!);
      if (text === undefined)
        return `An input in this link holds a text that is not well written, or longer than ${MAX_LINES_TEXT} characters. It was left out.`;
      detail['text'] = text;
      continue;
    }
    const found = /^([a-z][A-Za-z]{0,31}):(.{0,4800})$/su.exec(part);
    if (!found)
      return `An input in this link is not well written: ${shorten(decode(text) ?? text)}. It was left out.`;
    const value = decode(found[2]!);
    if (value === undefined || value.length > MAX_TEXT)
      return `An input in this link is not well written: ${shorten(part)}. It was left out.`;
    if (UNTYPABLE.test(value))
      return `An input in this link holds characters that no keyboard types: ${shorten(value.replaceAll(ALL_UNTYPABLE, '·'))}. It was left out.`;
    detail[found[1]!] = readValue(value);
  }
  return { time: Math.round(Number(time) * 1e6), what, detail };
}

// ── texts of several lines: columns of blanks are most of a zone, and a link has little room ──

/** A blank is `+`; two to 26 of them are `~b` to `~z`; `~` itself is `~a`. */
function writeLines(text: string): string {
  const short = text.replaceAll(/~| {2,26}/g, (run) => `~${String.fromCharCode(96 + run.length)}`);
  return quote(short).replaceAll('%20', '+');
}

function readLines(written: string): string | undefined {
  const short = decode(written.replaceAll('+', '%20'));
  if (short === undefined || /~(?![a-z])/.test(short)) return undefined;
  const text = short.replaceAll(/~([a-z])/g, (_, letter: string) =>
    letter === 'a' ? '~' : ' '.repeat(letter.charCodeAt(0) - 96),
  );
  return text.length > MAX_LINES_TEXT || UNWRITABLE.test(text) ? undefined : text;
}

/** Nanoseconds as milliseconds, exactly. */
function milliseconds(time: number): string {
  const whole = Math.round(time);
  const fraction = String(whole % 1e6)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${Math.floor(whole / 1e6)}${fraction && `.${fraction}`}`;
}

/** Percent-encodes what would end a part, and no more: a link should stay readable. */
function quote(text: string): string {
  return encodeURIComponent(text).replaceAll("'", '%27').replaceAll('%2F', '/').replaceAll('%3A', ':');
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const shorten = (text: string) => `“${text.length > 40 ? `${text.slice(0, 39)}…` : text}”`;
