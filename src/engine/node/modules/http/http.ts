/**
 * `node:http` over the TCP of a simulated host.
 *
 * Not here: `WebSocket`, `CloseEvent` and `MessageEvent`, proxies from the environment, diagnostics channels,
 * performance entries. Asked to take proxies from an environment that names one, it throws and says so.
 */
import { checkInteger, checkObject } from '../../arguments.ts';
import { callable } from '../../callable.ts';
import type { NodeProcess } from '../../node-process.ts';
import { codedError } from '../../system-error.ts';
import { httpAgent } from './agent.ts';
import { clientRequest, type RequestOptions } from './client.ts';
import { validateHeaderName, validateHeaderValue } from './errors.ts';
import { httpIncoming } from './incoming.ts';
import { httpOutgoing } from './outgoing.ts';
import { MAX_HEADER_SIZE } from './parser.ts';
import { METHODS } from './parser-line.ts';
import { serverResponse } from './response.ts';
import { httpServer, type ServerOptions } from './server.ts';
import type { Listener } from './socket.ts';
import { STATUS_CODES } from './status-codes.ts';

type Url = string | URL | RequestOptions;

export function http(node: NodeProcess) {
  const { Agent, standing } = node.load(httpAgent);
  const { IncomingMessage } = node.load(httpIncoming);
  const { OutgoingMessage } = node.load(httpOutgoing);
  const { ServerResponse } = node.load(serverResponse);
  const { Server, connectionListener } = node.load(httpServer);
  const ClientRequest = node.load(clientRequest);

  const request = (url: Url, options?: RequestOptions | Listener, callback?: Listener) =>
    new ClientRequest(url, options, callback);

  return {
    _connectionListener: connectionListener,
    METHODS: [...METHODS],
    STATUS_CODES: { ...STATUS_CODES },
    Agent,
    ClientRequest: callable(ClientRequest),
    IncomingMessage: callable(IncomingMessage),
    OutgoingMessage: callable(OutgoingMessage),
    Server,
    ServerResponse: callable(ServerResponse),
    createServer: (options?: ServerOptions | Listener | null, listener?: Listener) =>
      new Server(options, listener),
    validateHeaderName: (name: unknown, label?: string) => validateHeaderName(name, label),
    validateHeaderValue: (name: string, value: unknown) => validateHeaderValue(name, value),
    request,
    get(url: Url, options?: RequestOptions | Listener, callback?: Listener) {
      const req = request(url, options, callback);
      req.end();
      return req;
    },
    /** Parsers are made when they are needed: nothing is kept idle. */
    setMaxIdleHTTPParsers(max: unknown): void {
      checkInteger(max, 'max', 1);
    },
    /** Throws when the environment names a proxy. */
    setGlobalProxyFromEnv(env: unknown = node.env): () => void {
      checkObject(env, 'proxyEnv');
      const named = env as Readonly<Record<string, unknown>>;
      const proxy =
        named['http_proxy'] || named['HTTP_PROXY'] || named['https_proxy'] || named['HTTPS_PROXY'];
      if (!proxy) return () => {};
      throw codedError(
        Error,
        'ERR_PROXY_INVALID_CONFIG',
        `Proxies from the environment are unavailable in the simulated Node: ${String(proxy)}. Ask the proxy as any server`,
      );
    },
    maxHeaderSize: MAX_HEADER_SIZE,
    get globalAgent() {
      return standing.globalAgent;
    },
    set globalAgent(agent) {
      standing.globalAgent = agent;
    },
  };
}
