/**
 * The states of the parser from the end of a head to the end of its message, as Node's parser (llhttp 9) reads them.
 *
 * RFC 9112 §6.3, §7.1. After a message either the next begins, or, when one side said `close`, nothing may follow.
 */
import { FLAG, isOf, LENIENT, type Machine, QUOTED, type States, TOKEN } from './parser-machine.ts';

const SP = 0x20;
const HTAB = 0x09;
const CR = 0x0d;
const LF = 0x0a;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SEMICOLON = 0x3b;
const MAX_LENGTH = (1n << 64n) - 1n;

/** The head is complete: asks what to do with it, and begins the body. */
export function endHead(m: Machine): void {
  if (!m.headersComplete()) return;
  const hasBody = m.has(FLAG.chunked) || m.length > 0n;
  const isUpgraded = m.upgrade && (m.method === 'CONNECT' || m.has(FLAG.skipBody) || !hasBody);
  if (isUpgraded || (m.type === 'response' && m.status === 101)) {
    m.messageComplete();
    pauseForUpgrade(m);
  } else if (m.has(FLAG.skipBody) || m.hasNoContent()) endWithoutBody(m);
  else if (m.has(FLAG.chunked)) startChunk(m);
  else if (m.has(FLAG.transferEncoding)) startUnknownCoding(m);
  else if (!m.has(FLAG.contentLength)) {
    if (m.needsEnd()) readUntilEnd(m);
    else endWithoutBody(m);
  } else if (m.length === 0n) endWithoutBody(m);
  else {
    m.open('body');
    m.state = 'counted';
  }
}

/** A coding whose last is not chunked (§6.3, rule 4): in a request nobody knows where it ends. */
function startUnknownCoding(m: Machine): void {
  const isAllowed = m.allows(LENIENT.chunkedLength) || m.allows(LENIENT.transferEncoding);
  if (m.type === 'response' || isAllowed) readUntilEnd(m);
  else m.fail('HPE_INVALID_TRANSFER_ENCODING', 'Request has invalid `Transfer-Encoding`');
}

function readUntilEnd(m: Machine): void {
  m.finish = 'complete';
  m.open('body');
  m.state = 'until_end';
}

function endWithoutBody(m: Machine): void {
  m.messageComplete();
  if (!m.stopped) cleanUp(m);
}

export function endMessage(m: Machine): void {
  m.messageComplete();
  if (m.stopped) return;
  if (m.upgrade) pauseForUpgrade(m);
  else cleanUp(m);
}

/** The rest of the bytes is for somebody else. */
function pauseForUpgrade(m: Machine): void {
  if (m.fault) return;
  cleanUp(m);
  m.stopped = true;
}

function cleanUp(m: Machine): void {
  const goesOn = m.shouldKeepAlive();
  m.finish = 'safe';
  m.flags = 0;
  if (goesOn) m.length = 0n;
  m.state = goesOn || m.allows(LENIENT.keepAlive) ? 'start' : 'closed';
}

function startChunk(m: Machine): void {
  m.length = 0n;
  m.state = 'chunk_first_digit';
}

function hexOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function failSize(m: Machine, reason = 'Invalid character in chunk size', at = m.at): void {
  m.fail('HPE_INVALID_CHUNK_SIZE', reason, at);
}

function failExtension(m: Machine, part: string): void {
  m.fail('HPE_STRICT', `Invalid character in chunk extensions${part}`);
}

/** A line of a chunk ends with LF alone, which is left there unless `taken`. */
function bareLf(m: Machine, after: string): void {
  m.state = 'chunk_lf';
  if (!m.allows(LENIENT.optionalCrBeforeLf))
    m.fail('HPE_CR_EXPECTED', `Missing expected CR after chunk ${after}`);
}

const SIZE: States = {
  chunk_first_digit(m, byte) {
    if (hexOf(byte) < 0) failSize(m);
    else m.state = 'chunk_digit';
  },
  chunk_digit(m, byte) {
    const digit = hexOf(byte);
    if (digit < 0) {
      m.state = 'chunk_size_end';
      return;
    }
    m.at += 1;
    m.length = m.length * 16n + BigInt(digit);
    if (m.length > MAX_LENGTH) failSize(m, 'Chunk size overflow');
  },
  chunk_size_end(m, byte) {
    if (byte === SP || byte === HTAB) {
      m.at += 1;
      if (!m.allows(LENIENT.spacesAfterChunkSize)) failSize(m);
    } else if (byte === CR) m.take('chunk_lf');
    else if (byte === LF) {
      m.at += 1;
      bareLf(m, 'size');
    } else if (byte === SEMICOLON) m.take('extensions');
    else failSize(m);
  },
  chunk_lf(m, byte) {
    if (byte === LF) m.at += 1;
    else if (!m.allows(LENIENT.optionalLfAfterCr))
      return m.fail('HPE_STRICT', 'Expected LF after chunk size');
    m.chunkHeader();
    if (m.length > 0n) {
      m.open('body');
      m.state = 'chunk_data';
      return;
    }
    m.flags |= FLAG.trailing;
    m.state = 'field_start';
  },
};

const EXTENSIONS: States = {
  extensions(m, byte) {
    if (byte === SP || byte === CR) {
      m.at += 1;
      return failExtension(m, '');
    }
    m.open('extension');
    m.state = 'extension_name';
  },
  extension_name(m, byte) {
    if (isOf(byte, TOKEN)) m.at += 1;
    else if (endPart(m, byte, 'extension name', ' name') && byte === EQUALS) {
      m.take('extension_value');
      m.open('extension');
    }
  },
  extension_value(m, byte) {
    if (byte === QUOTE) m.take('extension_quoted');
    else if (isOf(byte, TOKEN)) m.at += 1;
    else endPart(m, byte, 'extension value', ' value');
  },
  extension_quoted(m, byte) {
    if (byte === BACKSLASH) m.take('extension_escaped');
    else if (byte === QUOTE) {
      m.take('extension_quoted_end');
      m.close();
    } else if (isOf(byte, QUOTED)) m.at += 1;
    else if (m.close(m.at + 1)) {
      m.at += 1;
      failExtension(m, ' quoted value');
    }
  },
  extension_escaped(m, byte) {
    if (isOf(byte, QUOTED)) m.take('extension_quoted');
    else if (m.close(m.at + 1))
      m.fail('HPE_STRICT', 'Invalid quoted-pair in chunk extensions quoted value', m.at + 1);
  },
  extension_quoted_end(m, byte) {
    if (byte === SEMICOLON) m.take('extensions');
    else if (byte === CR) m.take('chunk_lf');
    else if (byte === LF) bareLf(m, 'extension value');
    else failExtension(m, ' quote value');
  },
};

/** The byte behind a name or a value of an extension. True when it was `=` behind a name. */
function endPart(m: Machine, byte: number, part: string, place: string): boolean {
  const isEquals = byte === EQUALS && m.state === 'extension_name';
  if (!m.close(byte === LF ? m.at : m.at + 1)) return false;
  if (isEquals) return true;
  if (byte === SEMICOLON) m.take('extensions');
  else if (byte === CR) m.take('chunk_lf');
  else if (byte === LF) bareLf(m, part);
  else {
    m.at += 1;
    failExtension(m, place);
  }
  return false;
}

/** Moves over as much of the content as is there; true when that was all. */
function consume(m: Machine): boolean {
  const here = BigInt(m.end - m.at);
  const taken = here < m.length ? here : m.length;
  m.at += Number(taken);
  m.length -= taken;
  return m.length === 0n;
}

const CONTENT: States = {
  counted(m) {
    if (consume(m) && m.close()) endMessage(m);
  },
  until_end(m) {
    m.at = m.end;
  },
  chunk_data(m) {
    if (!consume(m) || !m.close()) return;
    m.word = '';
    m.state = 'chunk_data_end';
  },
  chunk_data_end(m, byte) {
    if (m.word === '' && byte === CR) {
      m.at += 1;
      m.word = 'r';
      return;
    }
    if (byte === LF) {
      m.at += 1;
      if (m.word === '' && !m.allows(LENIENT.optionalCrBeforeLf))
        return m.fail('HPE_CR_EXPECTED', 'Missing expected CR after chunk data');
    } else if (!m.allows(LENIENT.optionalCrlfAfterChunk))
      return m.fail('HPE_STRICT', 'Expected LF after chunk data');
    m.chunkComplete();
    startChunk(m);
  },
  closed(m, byte) {
    m.at += 1;
    if (byte !== CR && byte !== LF && !m.allows(LENIENT.dataAfterClose))
      m.fail('HPE_CLOSED_CONNECTION', 'Data after `Connection: close`');
  },
};

export const BODY_STATES: States = { ...SIZE, ...EXTENSIONS, ...CONTENT };
