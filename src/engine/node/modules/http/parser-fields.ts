/**
 * The states of the parser that read fields, as Node's parser (llhttp 9) reads them.
 *
 * RFC 9112 §5, §6.1–§6.3, §7.1.2. What frames the message is understood while it comes: Content-Length beside
 * Transfer-Encoding, or twice, or anything after chunked in a request is refused at the byte that makes it so.
 */
import { endHead, endMessage } from './parser-body.ts';
import {
  type FieldKind,
  FLAG,
  isDigit,
  isOf,
  LENIENT,
  type Machine,
  type States,
  skip,
  TOKEN,
  VALUE,
} from './parser-machine.ts';

const SP = 0x20;
const HTAB = 0x09;
const CR = 0x0d;
const LF = 0x0a;
const COMMA = 0x2c;
const COLON = 0x3a;

const SPECIAL: Readonly<Record<string, FieldKind>> = {
  connection: 'connection',
  'content-length': 'content-length',
  'proxy-connection': 'connection',
  'transfer-encoding': 'transfer-encoding',
  upgrade: 'upgrade',
};
const SPECIAL_NAMES = Object.keys(SPECIAL);
const OPTIONS: Readonly<Record<string, FieldKind>> = {
  close: 'close',
  upgrade: 'connection-upgrade',
  'keep-alive': 'keep-alive',
};
const OPTION_NAMES = Object.keys(OPTIONS);

function failToken(m: Machine, reason: string, at = m.at): void {
  m.fail('HPE_INVALID_HEADER_TOKEN', reason, at);
}

function lower(byte: number): string {
  return String.fromCharCode(byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);
}

function isSpace(byte: number): boolean {
  return byte === SP || byte === HTAB;
}

function isLineEnd(byte: number): boolean {
  return byte === CR || byte === LF;
}

/** The name is complete, with its colon. */
function endName(m: Machine): void {
  if (!m.close(m.at + 1)) return;
  m.take('value_spaces');
  if (m.allows(LENIENT.chunkedLength)) return;
  if (m.kind === 'transfer-encoding' && m.has(FLAG.contentLength))
    m.fail('HPE_INVALID_TRANSFER_ENCODING', "Transfer-Encoding can't be present with Content-Length");
  else if (m.kind === 'content-length' && m.has(FLAG.transferEncoding))
    m.fail('HPE_INVALID_CONTENT_LENGTH', "Content-Length can't be present with Transfer-Encoding");
}

const NAME: States = {
  headers_start(m, byte) {
    m.state = 'field_start';
    if (byte !== SP) return;
    m.at += 1;
    if (!m.allows(LENIENT.headers)) m.fail('HPE_UNEXPECTED_SPACE', 'Unexpected space after start line');
  },
  field_start(m, byte) {
    if (byte === CR) return m.take('section_lf');
    if (byte === LF) {
      m.at += 1;
      if (m.allows(LENIENT.optionalCrBeforeLf)) endSection(m);
      else failToken(m, 'Invalid header field char');
      return;
    }
    if (byte === COLON) return failToken(m, 'Invalid header token');
    m.open('field');
    m.word = '';
    m.kind = 'general';
    m.state = 'name_special';
  },
  name_special(m, byte) {
    const longer = m.word + lower(byte);
    if (!SPECIAL_NAMES.some((name) => name.startsWith(longer))) {
      m.state = 'name';
      return;
    }
    m.at += 1;
    m.word = longer;
    const kind = Object.hasOwn(SPECIAL, longer) ? SPECIAL[longer] : undefined;
    if (kind === undefined) return;
    m.kind = kind;
    m.state = 'name_colon';
  },
  name_colon(m, byte) {
    if (byte === COLON) return endName(m);
    if (byte !== SP) {
      m.kind = 'general';
      m.state = 'name';
    } else if (m.allows(LENIENT.headers)) m.state = 'name_discard';
    else if (m.close(m.at + 1)) failToken(m, 'Invalid header field char', m.at + 1);
  },
  name_discard(m, byte) {
    if (byte === SP) m.at += 1;
    else m.state = 'name_colon';
  },
  name(m) {
    skip(m, TOKEN);
    if (m.at === m.end) return;
    if (m.byte === COLON) endName(m);
    else failToken(m, 'Invalid header token');
  },
};

/** The section's last line was empty. */
function endSection(m: Machine): void {
  if (m.has(FLAG.trailing)) {
    m.chunkComplete();
    endMessage(m);
  } else endHead(m);
}

/** What the value of Connection or Transfer-Encoding said, when it ends or goes on after a comma. */
function settle(m: Machine): void {
  if (m.kind === 'keep-alive') m.flags |= FLAG.keepAlive;
  else if (m.kind === 'close') m.flags |= FLAG.close;
  else if (m.kind === 'connection-upgrade') m.flags |= FLAG.connectionUpgrade;
  else if (m.kind === 'chunked') {
    m.flags |= FLAG.chunked;
    return;
  } else return;
  m.kind = 'connection';
}

function emptyValue(m: Machine): void {
  if (m.kind === 'content-length') m.fail('HPE_INVALID_CONTENT_LENGTH', 'Empty Content-Length');
  else if (m.kind === 'transfer-encoding') m.fail('HPE_INVALID_TRANSFER_ENCODING', 'Empty Transfer-Encoding');
  else {
    settle(m);
    m.open('value');
    if (m.close()) m.state = 'field_start';
  }
}

/** In a request nothing comes after chunked. */
function refuseAfterChunked(m: Machine): boolean {
  if (m.type !== 'request' || m.allows(LENIENT.transferEncoding)) return false;
  if (m.close(m.at + 1))
    m.fail('HPE_INVALID_TRANSFER_ENCODING', 'Invalid `Transfer-Encoding` header value', m.at + 1);
  return true;
}

function startValue(m: Machine): void {
  m.word = '';
  m.state = 'value';
  if (m.kind === 'upgrade') {
    m.flags |= FLAG.upgrade;
    m.kind = 'general';
  } else if (m.kind === 'transfer-encoding') {
    if (m.has(FLAG.chunked) && refuseAfterChunked(m)) return;
    m.flags = (m.flags | FLAG.transferEncoding) & ~FLAG.chunked;
    m.state = 'coding';
  } else if (m.kind === 'content-length') {
    m.length = 0n;
    m.state = 'length';
    if (m.has(FLAG.contentLength)) m.fail('HPE_UNEXPECTED_CONTENT_LENGTH', 'Duplicate Content-Length');
  } else if (m.kind === 'connection') m.state = 'option';
}

const VALUES: States = {
  value_spaces(m, byte) {
    if (isSpace(byte)) m.at += 1;
    else if (byte === CR) m.take('value_spaces_lf');
    else if (byte === LF) {
      m.take('value_fold');
      if (!m.allows(LENIENT.optionalCrBeforeLf)) failToken(m, 'Invalid header value char');
    } else {
      m.open('value');
      startValue(m);
    }
  },
  value_spaces_lf(m, byte) {
    if (byte === LF) m.take('value_fold');
    else if (m.allows(LENIENT.headers)) m.state = 'value_fold';
    else m.fail('HPE_STRICT', 'Expected LF after CR');
  },
  value_fold(m, byte) {
    if (!isSpace(byte)) return emptyValue(m);
    m.take('value_spaces');
    if (!m.allows(LENIENT.headers)) failToken(m, 'Invalid header value char');
  },
  value(m) {
    skip(m, VALUE);
    if (m.at < m.end) m.state = 'value_end';
  },
  value_end(m, byte) {
    if (byte === CR) {
      if (m.close(m.at + 1)) m.take('value_lf');
    } else if (byte === LF) {
      if (!m.close()) return;
      m.state = 'value_lf';
      if (!m.allows(LENIENT.optionalCrBeforeLf))
        m.fail('HPE_CR_EXPECTED', 'Missing expected CR after header value');
    } else if (m.allows(LENIENT.headers)) m.state = 'value_any';
    else if (m.allows(LENIENT.headerValueRelaxed) && byte !== 0) m.take('value');
    else if (m.close()) failToken(m, 'Invalid header value char');
  },
  value_any(m, byte) {
    if (!isLineEnd(byte)) m.at += 1;
    else if (byte === CR) {
      if (m.close(m.at + 1)) m.take('value_lf');
    } else if (m.close()) m.state = 'value_lf';
  },
  value_lf(m, byte) {
    if (byte === LF) m.take('value_next');
    else m.fail('HPE_LF_EXPECTED', 'Missing expected LF after header value');
  },
  value_next(m, byte) {
    if (!isSpace(byte)) {
      settle(m);
      m.state = 'field_start';
    } else if (m.allows(LENIENT.headers)) {
      if (m.kind === 'chunked') m.kind = 'general';
      m.open('value');
      startValue(m);
    } else failToken(m, 'Unexpected whitespace after header value');
  },
  section_lf(m, byte) {
    if (byte === LF) m.at += 1;
    else if (!m.allows(LENIENT.optionalLfAfterCr)) return m.fail('HPE_STRICT', 'Expected LF after headers');
    endSection(m);
  },
};

const CHUNKED = 'chunked';
const MAX_LENGTH = (1n << 64n) - 1n;

const FRAMING: States = {
  coding(m, byte) {
    const next = CHUNKED.charCodeAt(m.word.length);
    if ((byte | 0x20) !== next) {
      m.state = 'coding_token';
      return;
    }
    m.at += 1;
    m.word += '.';
    if (m.word.length === CHUNKED.length) m.state = 'coding_last';
  },
  coding_last(m, byte) {
    if (byte === SP) m.at += 1;
    else if (isLineEnd(byte)) {
      m.kind = 'chunked';
      m.state = 'value_end';
    } else if (byte === COMMA) {
      if (refuseAfterChunked(m)) return;
      m.word = '';
      m.state = 'coding';
    } else m.state = 'coding_token';
  },
  coding_token(m, byte) {
    if (byte === COMMA) m.take('coding_spaces');
    else if (isOf(byte, VALUE)) m.at += 1;
    else {
      m.kind = 'general';
      m.state = 'value';
    }
  },
  coding_spaces(m, byte) {
    if (isSpace(byte)) m.at += 1;
    else {
      m.word = '';
      m.state = 'coding';
    }
  },
  length(m, byte) {
    if (!isDigit(byte)) {
      m.state = 'length_spaces';
      return;
    }
    m.at += 1;
    m.length = m.length * 10n + BigInt(byte - 0x30);
    if (m.length > MAX_LENGTH && m.close()) m.fail('HPE_INVALID_CONTENT_LENGTH', 'Content-Length overflow');
  },
  length_spaces(m, byte) {
    if (isSpace(byte)) m.at += 1;
    else if (isLineEnd(byte)) {
      m.flags |= FLAG.contentLength;
      m.state = 'value_end';
    } else if (m.close()) m.fail('HPE_INVALID_CONTENT_LENGTH', 'Invalid character in Content-Length');
  },
  option(m, byte) {
    if (m.word === '' && isSpace(byte)) {
      m.at += 1;
      return;
    }
    const longer = m.word + lower(byte);
    if (!OPTION_NAMES.some((name) => name.startsWith(longer))) {
      m.state = 'option_token';
      return;
    }
    m.at += 1;
    m.word = longer;
    const kind = Object.hasOwn(OPTIONS, longer) ? OPTIONS[longer] : undefined;
    if (kind === undefined) return;
    m.kind = kind;
    m.state = 'option_end';
  },
  option_end(m, byte) {
    if (byte === COMMA) {
      settle(m);
      m.word = '';
      m.take('option');
    } else if (isSpace(byte)) m.at += 1;
    else if (isLineEnd(byte)) m.state = 'value_end';
    else {
      m.kind = 'general';
      m.state = 'option_token';
    }
  },
  option_token(m, byte) {
    if (byte === COMMA) {
      m.word = '';
      m.take('option');
    } else if (isOf(byte, VALUE)) m.at += 1;
    else m.state = 'value_end';
  },
};

export const FIELD_STATES: States = { ...NAME, ...VALUES, ...FRAMING };
