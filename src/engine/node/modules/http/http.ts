/**
 * `node:http` over the TCP of a simulated host.
 *
 * Not here: `WebSocket`, `CloseEvent` and `MessageEvent`, proxies from the environment, diagnostics channels,
 * performance entries. Asked to take proxies from an environment that names one, it throws and says so.
 */
import type {
  IncomingMessage as NodeIncoming,
  ServerResponse as NodeResponse,
  RequestListener,
  ServerOptions,
} from 'node:http';
import { checkInteger, checkObject } from '../../arguments.ts';
import { callable } from '../../callable.ts';
import type { NodeProcess } from '../../node-process.ts';
import { codedError } from '../../system-error.ts';
import { httpAgent } from './agent.ts';
import { clientRequest } from './client.ts';
import { validateHeaderName, validateHeaderValue } from './errors.ts';
import { httpIncoming } from './incoming.ts';
import { httpOutgoing } from './outgoing.ts';
import { MAX_HEADER_SIZE } from './parser.ts';
import { METHODS } from './parser-line.ts';
import { serverResponse } from './response.ts';
import { httpServer } from './server.ts';
import { STATUS_CODES } from './status-codes.ts';

export function http(node: NodeProcess) {
  const { Agent, standing } = node.load(httpAgent);
  const { IncomingMessage } = node.load(httpIncoming);
  const { OutgoingMessage } = node.load(httpOutgoing);
  const { ServerResponse } = node.load(serverResponse);
  const { Server, connectionListener } = node.load(httpServer);
  const ClientRequest = node.load(clientRequest);

  const request = (...[url, options, callback]: ConstructorParameters<typeof ClientRequest>) =>
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
    createServer: <
      Request extends typeof NodeIncoming = typeof NodeIncoming,
      Response extends typeof NodeResponse<InstanceType<Request>> = typeof NodeResponse,
    >(
      options?: ServerOptions<Request, Response> | RequestListener<Request, Response> | null,
      listener?: RequestListener<Request, Response>,
    ) => new Server<Request, Response>(options, listener),
    validateHeaderName: (name: unknown, label?: string) => validateHeaderName(name, label),
    validateHeaderValue: (name: string, value: unknown) => validateHeaderValue(name, value),
    request,
    get(...args: Parameters<typeof request>) {
      const req = request(...args);
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
