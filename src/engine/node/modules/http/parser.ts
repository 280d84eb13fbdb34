/**
 * Node's HTTP parser as its modules use it: bytes in, events out, and the errors with their codes (`HPE_…`).
 *
 * It reads as llhttp 9 does, byte by byte, because programs see where and with which code it gives up (`bytesParsed`,
 * `code`, `reason`), and because it both allows and refuses things that the engine's own reader (proto/http1), which
 * follows RFC 9112 line by line, does not. Compared with Node's own parser by test/node/http-parser.test.ts.
 */
import type { Bytes } from '../../../base/bytes.ts';
import { assert } from '../../../base/errors.ts';
import { BODY_STATES } from './parser-body.ts';
import { FIELD_STATES } from './parser-fields.ts';
import { LINE_STATES } from './parser-line.ts';
import { Machine, type ParserEvents, type States } from './parser-machine.ts';

/** Bytes of a head's start line and fields, as `--max-http-header-size` has them. */
export const MAX_HEADER_SIZE = 16_384;

/** States that may look at one byte before one of them takes it: there are fewer states than this. */
const MAX_STILL = 200;

const STATES: States = { ...LINE_STATES, ...FIELD_STATES, ...BODY_STATES };

/** Why it gave up. */
export interface ParseFault {
  readonly code: string;
  readonly reason: string;
  readonly bytesParsed: number;
}

export interface ParserOptions {
  /** Bytes; 0 means {@link MAX_HEADER_SIZE}. */
  readonly maxHeaderSize?: number;
  /** Bits of LENIENT. */
  readonly lenient?: number;
  /** Fields that a request may have; 0 means any number. */
  readonly maxFields?: number;
}

export class HttpParser {
  readonly #machine: Machine;
  /** Nobody listens any more, or an event threw: nobody knows how far the program came. */
  #isBroken = false;

  constructor(type: 'request' | 'response', events: ParserEvents, options: ParserOptions = {}) {
    this.#machine = new Machine(
      type,
      options.maxHeaderSize || MAX_HEADER_SIZE,
      options.lenient ?? 0,
      options.maxFields ?? 0,
      events,
    );
  }

  /** Reads these bytes; gives how many were for HTTP (fewer than all when an upgrade came), or what is wrong. */
  execute(bytes: Bytes): number | ParseFault {
    const m = this.#machine;
    if (this.#isBroken || m.fault) return this.#fault(0);
    m.bytes = bytes;
    m.at = 0;
    m.end = bytes.length;
    m.stopped = false;
    let isThrough = false;
    try {
      let before = -1;
      let still = 0;
      while (m.at < m.end && !m.stopped) {
        still = m.at === before ? still + 1 : 0;
        assert(still < MAX_STILL, `the parser stays at byte ${m.at} in state ${m.state}`);
        before = m.at;
        STATES[m.state]!(m, bytes[m.at]!);
      }
      if (!m.stopped) m.cut();
      isThrough = true;
    } finally {
      if (!isThrough) this.#isBroken = true;
    }
    const at = m.stoppedAt;
    return m.isRefused && !m.upgrade ? this.#fault(at) : at;
  }

  /** The connection ended. */
  finish(): ParseFault | undefined {
    const m = this.#machine;
    if (this.#isBroken || m.fault) return undefined;
    if (m.finish === 'complete') m.messageComplete();
    if (m.finish !== 'unsafe') return undefined;
    return { code: 'HPE_INVALID_EOF_STATE', reason: 'Invalid EOF state', bytesParsed: 0 };
  }

  /** Stops after the event that is running: nobody listens any more. */
  abandon(): void {
    this.#machine.stopped = true;
    this.#isBroken = true;
  }

  #fault(bytesParsed: number): ParseFault {
    const { code, reason } = this.#machine.fault ?? { code: 'HPE_USER', reason: 'Parser is broken' };
    return { code, reason, bytesParsed };
  }
}
