/**
 * Where an HTTP/1.1 connection stands: one state for each side, and the moves between them, as data.
 *
 * RFC 9112 §9. Both ends keep both states; whether a move is ours or the peer's decides whether a wrong one is our
 * caller's misuse or the peer's misbehaviour. All protocol state of a connection lies here; readers and writers hold
 * only their place inside one message. The diagrams of the course are drawn from these tables.
 */

export type Side = 'client' | 'server';

export type ClientState = 'idle' | 'send-body' | 'done' | 'must-close' | 'closed' | 'error' | 'tunnel';
export type ServerState =
  | 'idle'
  | 'send-response'
  | 'send-body'
  | 'done'
  | 'must-close'
  | 'closed'
  | 'error'
  | 'tunnel';

export type ClientMove = 'request' | 'data' | 'end' | 'close';
export type ServerMove = 'informational' | 'response' | 'data' | 'end' | 'close';

export const CLIENT_MOVES: Readonly<Record<ClientState, Readonly<Partial<Record<ClientMove, ClientState>>>>> =
  {
    idle: { request: 'send-body', close: 'closed' },
    'send-body': { data: 'send-body', end: 'done' },
    done: { close: 'closed' },
    'must-close': { close: 'closed' },
    closed: { close: 'closed' },
    error: {},
    tunnel: {},
  };

export const SERVER_MOVES: Readonly<Record<ServerState, Readonly<Partial<Record<ServerMove, ServerState>>>>> =
  {
    // A response without a request is how a server answers what it could not read (400, 408, 414, 431).
    idle: { response: 'send-body', close: 'closed' },
    'send-response': { informational: 'send-response', response: 'send-body' },
    'send-body': { data: 'send-body', end: 'done' },
    done: { close: 'closed' },
    'must-close': { close: 'closed' },
    closed: { close: 'closed' },
    error: {},
    tunnel: {},
  };

/** What follows by itself when the two states stand like this. Without `persistent` it holds either way. */
export interface Settlement {
  readonly client: readonly ClientState[];
  readonly server: readonly ServerState[];
  readonly persistent?: boolean;
  readonly next: { readonly client?: ClientState; readonly server?: ServerState };
  readonly why: string;
}

const ANY_CLIENT: readonly ClientState[] = Object.keys(CLIENT_MOVES) as ClientState[];
const ANY_SERVER: readonly ServerState[] = Object.keys(SERVER_MOVES) as ServerState[];

export const SETTLEMENTS: readonly Settlement[] = [
  {
    client: ['send-body'],
    server: ['idle'],
    next: { server: 'send-response' },
    why: 'a request wants a response',
  },
  {
    client: ['done'],
    server: ['done'],
    persistent: true,
    next: { client: 'idle', server: 'idle' },
    why: 'the connection persists (§9.3)',
  },
  {
    client: ['done'],
    server: ANY_SERVER,
    persistent: false,
    next: { client: 'must-close' },
    why: 'no request may follow (§9.6)',
  },
  {
    client: ANY_CLIENT,
    server: ['done'],
    persistent: false,
    next: { server: 'must-close' },
    why: 'no response may follow (§9.6)',
  },
  {
    client: ['closed'],
    server: ['idle', 'done'],
    next: { server: 'must-close' },
    why: 'no request can follow',
  },
  {
    client: ['idle', 'done'],
    server: ['closed', 'error'],
    next: { client: 'must-close' },
    why: 'no response can follow',
  },
];

export class ConnectionStates {
  client: ClientState = 'idle';
  server: ServerState = 'idle';
  /** Whether another exchange may follow; once false it stays so. */
  #persistent = true;

  get persistent(): boolean {
    return this.#persistent;
  }

  /** No further exchange after the present one. */
  giveUpPersistence(): void {
    this.#persistent = false;
    this.#settle();
  }

  /** Makes a move of one side; false when its table has no such move. */
  move(side: 'client', move: ClientMove): boolean;
  move(side: 'server', move: ServerMove): boolean;
  move(side: Side, move: 'data' | 'end' | 'close'): boolean;
  move(side: Side, move: ClientMove | ServerMove): boolean {
    if (side === 'client') {
      const next = CLIENT_MOVES[this.client][move as ClientMove];
      if (next === undefined) return false;
      this.client = next;
    } else {
      const next = SERVER_MOVES[this.server][move as ServerMove];
      if (next === undefined) return false;
      this.server = next;
    }
    // Data leaves every state as it was.
    if (move !== 'data') this.#settle();
    return true;
  }

  /** One side broke the rules: nothing it says from now on can be understood. */
  fail(side: Side): void {
    this[side] = 'error';
    this.giveUpPersistence();
  }

  /** CONNECT was granted (RFC 9110 §9.3.6): the bytes are no longer HTTP. */
  becomeTunnel(): void {
    this.client = 'tunnel';
    this.server = 'tunnel';
  }

  /** A settlement may make way for one more (first the client's state, then the server's), never for a third. */
  #settle(): void {
    for (let round = 0; round < 4; round++) {
      const found = SETTLEMENTS.find(
        ({ client, server, persistent }) =>
          client.includes(this.client) &&
          server.includes(this.server) &&
          (persistent === undefined || persistent === this.#persistent),
      );
      if (!found) return;
      this.client = found.next.client ?? this.client;
      this.server = found.next.server ?? this.server;
    }
  }
}
