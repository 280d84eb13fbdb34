/**
 * The states of the parser that read start lines, as Node's parser (llhttp 9) reads them.
 *
 * RFC 9112 §3, §4, with what llhttp allows besides: HTTP/0.9 requests, several spaces before the version, the methods
 * and the protocol names of RTSP and ICE. It refuses at the first byte that cannot be right.
 */
import {
  isAlpha,
  isDigit,
  isOf,
  LENIENT,
  type Machine,
  type States,
  skip,
  URL_CHAR,
  USERINFO,
} from './parser-machine.ts';

const SP = 0x20;
const CR = 0x0d;
const LF = 0x0a;

/** The methods of HTTP that `http.METHODS` lists. */
export const METHODS: readonly string[] =
  'ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE'.split(
    ' ',
  );
const RTSP_METHODS =
  'OPTIONS DESCRIBE ANNOUNCE SETUP PLAY PAUSE TEARDOWN GET_PARAMETER SET_PARAMETER REDIRECT RECORD FLUSH GET POST'.split(
    ' ',
  );
const KNOWN: readonly string[] = [...new Set([...METHODS, 'PRI', ...RTSP_METHODS])];

/** Methods by the protocol's name; what is said of others. */
const PROTOCOLS: Readonly<Record<string, readonly [methods: readonly string[], otherwise: string]>> = {
  HTTP: [[...METHODS, 'PRI'], 'Invalid method for HTTP/x.x request'],
  RTSP: [RTSP_METHODS, 'Invalid method for RTSP/x.x request'],
  ICE: [['SOURCE'], 'Expected SOURCE method for ICE/x.x request'],
};
const EXPECTED_PROTOCOL = 'Expected HTTP/, RTSP/ or ICE/';
const INVALID_TARGET = 'Invalid characters in url';
const PREFACE = '\r\n\r\nSM\r\n\r\n';

/** Reads on in one of the words: what it is when it ends, undefined when more must come, false when it is none. */
function readWord(m: Machine, words: readonly string[], byte: number): string | false | undefined {
  const longer = m.word + String.fromCharCode(byte);
  if (!words.some((word) => word.startsWith(longer))) return words.includes(m.word) ? m.word : false;
  m.at += 1;
  m.word = longer;
  const isEnd = words.includes(longer) && !words.some((word) => word !== longer && word.startsWith(longer));
  return isEnd ? longer : undefined;
}

function failVersion(m: Machine, reason: string): void {
  m.fail('HPE_INVALID_VERSION', reason);
}

function knowsVersion(m: Machine): boolean {
  if (m.allows(LENIENT.version)) return true;
  const version = m.major * 10 + m.minor;
  return version === 9 || version === 10 || version === 11 || version === 20;
}

/** `x.y` in three states; `prefix` is `req` or `res`, `next` what follows. */
function versionStates(prefix: string, next: string): States {
  return {
    [`${prefix}_major`](m, byte) {
      if (!isDigit(byte)) return failVersion(m, 'Invalid major version');
      m.major = byte - 0x30;
      m.take(`${prefix}_dot`);
    },
    [`${prefix}_dot`](m, byte) {
      if (byte !== 0x2e) return failVersion(m, 'Expected dot');
      m.take(`${prefix}_minor`);
    },
    [`${prefix}_minor`](m, byte) {
      if (!isDigit(byte)) return failVersion(m, 'Invalid minor version');
      m.minor = byte - 0x30;
      m.take(next);
      if (!knowsVersion(m)) return failVersion(m, 'Invalid HTTP version');
      if (prefix === 'req' && m.method === 'PRI') m.state = 'preface';
      m.word = '';
    },
  };
}

/** The end of a target: a space, or at once the end of the line (HTTP/0.9). True when it was one. */
function endTarget(m: Machine, byte: number): boolean {
  if (byte !== SP && byte !== CR && byte !== LF) return false;
  if (!m.close()) return true;
  if (byte === CR) {
    m.take('url_lf');
  } else if (byte === SP) {
    m.take('url_space');
    m.word = '';
  } else m.take('url_old');
  return true;
}

function failUrl(m: Machine, reason: string, at = m.at): void {
  m.fail('HPE_INVALID_URL', reason, at);
}

/** A tab or a form feed, which a target has nowhere. */
function isStray(byte: number): boolean {
  return byte === 0x09 || byte === 0x0c;
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === CR || byte === LF || isStray(byte);
}

/** A byte that none of the branches of a state took. */
function refuseTarget(m: Machine, byte: number, reason: string): void {
  if (isStray(byte)) failUrl(m, INVALID_TARGET, m.at + 1);
  else failUrl(m, reason);
}

const server =
  (isAfterAt: boolean) =>
  (m: Machine, byte: number): void => {
    if (endTarget(m, byte)) return;
    if (byte === 0x2f) m.take('url_path');
    else if (byte === 0x3f) m.take('url_query');
    else if (isOf(byte, USERINFO) || byte === 0x5b || byte === 0x5d) m.take('url_server');
    else if (byte === 0x40) {
      m.take('url_server_at');
      if (isAfterAt) failUrl(m, 'Double @ in url');
    } else refuseTarget(m, byte, 'Unexpected char in url server');
  };

const TARGET: States = {
  url_start(m, byte) {
    if (byte === 0x2f || byte === 0x2a) m.take('url_path');
    else if (isAlpha(byte)) m.state = 'url_schema';
    else if (isBlank(byte)) failUrl(m, INVALID_TARGET, m.at + 1);
    else failUrl(m, 'Unexpected start char in url');
  },
  url_schema(m, byte) {
    if (isAlpha(byte)) m.at += 1;
    else if (byte === 0x3a) {
      m.take('url_slashes');
      m.word = '';
    } else if (isBlank(byte)) failUrl(m, INVALID_TARGET, m.at + 1);
    else failUrl(m, 'Unexpected char in url schema');
  },
  url_slashes(m, byte) {
    if (byte === 0x2f) {
      m.at += 1;
      m.word += '/';
      if (m.word === '//') m.state = 'url_server';
    } else if (isBlank(byte) && m.word === '') failUrl(m, INVALID_TARGET, m.at + 1);
    else failUrl(m, 'Unexpected char in url schema');
  },
  url_server: server(false),
  url_server_at: server(true),
  url_path(m) {
    skip(m, URL_CHAR);
    if (m.at === m.end) return;
    const { byte } = m;
    if (endTarget(m, byte)) return;
    if (byte === 0x3f) m.take('url_query');
    else if (byte === 0x23) m.take('url_fragment');
    else refuseTarget(m, byte, 'Invalid char in url path');
  },
  url_query(m, byte) {
    if (isOf(byte, URL_CHAR) || byte === 0x3f) m.at += 1;
    else if (byte === 0x23) m.take('url_fragment');
    else if (!endTarget(m, byte)) refuseTarget(m, byte, 'Invalid char in url query');
  },
  url_fragment(m, byte) {
    if (isOf(byte, URL_CHAR) || byte === 0x3f || byte === 0x23) m.at += 1;
    else if (!endTarget(m, byte)) refuseTarget(m, byte, 'Invalid char in url fragment start');
  },
  url_lf(m, byte) {
    if (byte === LF) m.take('url_old');
    else failUrl(m, 'Expected CRLF');
  },
  url_old(m, byte) {
    if (isStray(byte)) return failUrl(m, INVALID_TARGET, m.at + 1);
    m.major = 0;
    m.minor = 9;
    m.state = 'headers_start';
  },
  url_space(m, byte) {
    if (isStray(byte)) failUrl(m, INVALID_TARGET, m.at + 1);
    else m.state = 'protocol_spaces';
  },
};

const REQUEST: States = {
  method(m, byte) {
    const method = readWord(m, KNOWN, byte);
    if (method === undefined) return;
    if (method === false) return m.fail('HPE_INVALID_METHOD', 'Invalid method encountered');
    m.method = method;
    m.state = 'method_space';
  },
  method_space(m, byte) {
    if (byte === SP) m.take('url_spaces');
    else m.fail('HPE_INVALID_METHOD', 'Expected space after method');
  },
  url_spaces(m, byte) {
    if (byte === SP) {
      m.at += 1;
      return;
    }
    m.open('url');
    m.state = m.method === 'CONNECT' ? 'url_server' : 'url_start';
  },
  ...TARGET,
  protocol_spaces(m, byte) {
    if (byte === SP) m.at += 1;
    else m.state = 'req_protocol';
  },
  req_protocol(m, byte) {
    const protocol = readWord(m, Object.keys(PROTOCOLS), byte);
    if (protocol === undefined) return;
    if (protocol === false) return m.fail('HPE_INVALID_CONSTANT', EXPECTED_PROTOCOL);
    const [methods, otherwise] = PROTOCOLS[protocol]!;
    if (methods.includes(m.method)) m.state = 'req_slash';
    else m.fail('HPE_INVALID_CONSTANT', otherwise);
  },
  req_slash(m, byte) {
    if (byte === 0x2f) m.take('req_major');
    else m.fail('HPE_INVALID_CONSTANT', EXPECTED_PROTOCOL);
  },
  ...versionStates('req', 'req_end'),
  req_end(m, byte) {
    if (byte === CR) return m.take('req_lf');
    if (byte === LF && m.allows(LENIENT.optionalCrBeforeLf)) return m.take('req_lf');
    if (byte === LF) m.at += 1;
    failVersion(m, 'Expected CRLF after version');
  },
  req_lf(m, byte) {
    if (byte === LF) m.take('headers_start');
    else if (m.allows(LENIENT.optionalLfAfterCr)) m.state = 'headers_start';
    else m.fail('HPE_STRICT', 'Expected CRLF after version');
  },
  preface(m, byte) {
    if (PREFACE.charCodeAt(m.word.length) !== byte)
      return failVersion(m, 'Expected HTTP/2 Connection Preface');
    m.at += 1;
    m.word += String.fromCharCode(byte);
    if (m.word.length === PREFACE.length) m.fail('HPE_PAUSED_H2_UPGRADE', 'Pause on PRI/Upgrade');
  },
};

function failStatus(m: Machine, reason: string, at = m.at): void {
  m.fail('HPE_INVALID_STATUS', reason, at);
}

const RESPONSE: States = {
  res_protocol(m, byte) {
    const protocol = readWord(m, Object.keys(PROTOCOLS), byte);
    if (protocol === false) m.fail('HPE_INVALID_CONSTANT', EXPECTED_PROTOCOL);
    else if (protocol !== undefined) m.state = 'res_slash';
  },
  res_slash(m, byte) {
    if (byte === 0x2f) m.take('res_major');
    else m.fail('HPE_INVALID_CONSTANT', EXPECTED_PROTOCOL);
  },
  ...versionStates('res', 'res_space'),
  res_space(m, byte) {
    if (byte !== SP) return failVersion(m, 'Expected space after version');
    m.status = 0;
    m.word = '';
    m.take('res_code');
  },
  res_code(m, byte) {
    if (!isDigit(byte)) return failStatus(m, 'Invalid status code');
    m.at += 1;
    m.status = m.status * 10 + byte - 0x30;
    m.word += '.';
    if (m.word.length === 3) m.state = 'res_code_end';
  },
  res_code_end(m, byte) {
    if (byte === SP) {
      m.take('res_reason');
      m.open('status');
    } else if (byte === CR) m.take('res_lf');
    else if (byte === LF && m.allows(LENIENT.optionalCrBeforeLf)) m.take('headers_start');
    else failStatus(m, 'Invalid response status', byte === LF ? m.at + 1 : m.at);
  },
  res_reason(m, byte) {
    if (byte !== CR && byte !== LF) {
      m.at += 1;
      return;
    }
    if (!m.close(m.at + 1)) return;
    if (byte === CR) return m.take('res_lf');
    m.take('headers_start');
    if (!m.allows(LENIENT.optionalCrBeforeLf))
      m.fail('HPE_CR_EXPECTED', 'Missing expected CR after response line');
  },
  res_lf(m, byte) {
    if (byte === LF) m.take('headers_start');
    else if (m.allows(LENIENT.optionalLfAfterCr)) m.state = 'headers_start';
    else m.fail('HPE_STRICT', 'Expected LF after CR');
  },
};

export const LINE_STATES: States = {
  start(m, byte) {
    if (byte === CR || byte === LF) {
      m.at += 1;
      return;
    }
    m.messageBegin();
    m.word = '';
    m.state = m.type === 'request' ? 'method' : 'res_protocol';
  },
  ...REQUEST,
  ...RESPONSE,
};
