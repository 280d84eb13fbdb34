/**
 * The names that HTTP gives to methods, status codes and fields, each with its section and one plain sentence.
 *
 * RFC 9110 §9 (methods), §15 (status codes) and the sections named in the table of fields. Shared by all versions of
 * HTTP. Not here: what a program does with them, and the registries' rarer entries, which print as themselves.
 */

/** What a name means and where that is written. */
export interface HttpName {
  readonly name: string;
  readonly spec: string;
  readonly about: string;
}

export interface HttpStatus extends HttpName {
  readonly status: number;
}

/** The reason phrase of a status code; an empty string for codes that nobody declared here (a legal phrase, RFC 9112 §4). */
export function reasonPhrase(status: number): string {
  return STATUSES.get(status)?.name ?? '';
}

/** A method by its exact name (methods are case-sensitive, RFC 9110 §9.1). */
export function describeMethod(name: string): HttpName | undefined {
  return METHODS.get(name);
}

/** A status code; an unknown one is described by its class (RFC 9110 §15). */
export function describeStatus(status: number): HttpStatus {
  const known = STATUSES.get(status);
  if (known) return known;
  const [about, spec] = STATUS_CLASSES[Math.floor(status / 100)] ?? [
    'A code outside the five classes.',
    'RFC 9110 §15',
  ];
  return { status, name: '', spec, about };
}

/** A field by its name in any case. */
export function describeField(name: string): HttpName | undefined {
  return FIELDS.get(name.toLowerCase());
}

/** The names of the fields described here, in their usual spelling. */
export function fieldNames(): readonly string[] {
  return Array.from(FIELDS.values(), (field) => field.name);
}

function methods(rows: readonly (readonly [string, string, string])[]): ReadonlyMap<string, HttpName> {
  return new Map(rows.map(([name, spec, about]) => [name, { name, spec, about }]));
}

const METHODS = methods([
  ['GET', 'RFC 9110 §9.3.1', 'Asks for a current representation of the target.'],
  ['HEAD', 'RFC 9110 §9.3.2', 'Like GET, but the answer has no content: only its head is wanted.'],
  ['POST', 'RFC 9110 §9.3.3', 'Hands the content to the target, which does with it what it does.'],
  ['PUT', 'RFC 9110 §9.3.4', 'Stores the content as the new state of the target.'],
  ['DELETE', 'RFC 9110 §9.3.5', 'Removes what the target names.'],
  ['CONNECT', 'RFC 9110 §9.3.6', 'Asks a proxy for a tunnel to a host and a port.'],
  ['OPTIONS', 'RFC 9110 §9.3.7', 'Asks how one may talk to the target, or with * to the whole server.'],
  ['TRACE', 'RFC 9110 §9.3.8', 'Asks for the request back as it arrived.'],
  ['PATCH', 'RFC 5789 §2', 'Changes the target as the content describes.'],
]);

const STATUS_CLASSES: Readonly<Record<number, readonly [about: string, spec: string]>> = {
  1: ['An interim answer; the final one follows.', 'RFC 9110 §15.2'],
  2: ['The request was understood, accepted and carried out.', 'RFC 9110 §15.3'],
  3: ['The client has to do something more to get what it wants.', 'RFC 9110 §15.4'],
  4: ['The client seems to have made a mistake.', 'RFC 9110 §15.5'],
  5: ['The server failed, or cannot do what was asked.', 'RFC 9110 §15.6'],
};

function statuses(
  rows: readonly (readonly [number, string, string, string])[],
): ReadonlyMap<number, HttpStatus> {
  return new Map(rows.map(([status, name, spec, about]) => [status, { status, name, spec, about }]));
}

const STATUSES = statuses([
  [100, 'Continue', 'RFC 9110 §15.2.1', 'The head was read and is acceptable: send the content.'],
  [
    101,
    'Switching Protocols',
    'RFC 9110 §15.2.2',
    'After this answer the connection speaks another protocol.',
  ],
  [103, 'Early Hints', 'RFC 8297 §2', 'Fields that the final answer will probably have, sent ahead.'],
  [200, 'OK', 'RFC 9110 §15.3.1', 'It worked.'],
  [201, 'Created', 'RFC 9110 §15.3.2', 'Something new came to be, where Location says, else at the target.'],
  [202, 'Accepted', 'RFC 9110 §15.3.3', 'It will be worked on, later.'],
  [203, 'Non-Authoritative Information', 'RFC 9110 §15.3.4', 'It worked, but a proxy changed the content.'],
  [204, 'No Content', 'RFC 9110 §15.3.5', 'It worked, and there is no content to send.'],
  [205, 'Reset Content', 'RFC 9110 §15.3.6', 'It worked; the form that was sent should be emptied.'],
  [206, 'Partial Content', 'RFC 9110 §15.3.7', 'The parts that the Range field asked for.'],
  [300, 'Multiple Choices', 'RFC 9110 §15.4.1', 'There are several representations to choose from.'],
  [301, 'Moved Permanently', 'RFC 9110 §15.4.2', 'It lives elsewhere now, for good.'],
  [302, 'Found', 'RFC 9110 §15.4.3', 'It is elsewhere for now.'],
  [303, 'See Other', 'RFC 9110 §15.4.4', 'The answer is to be had with GET elsewhere.'],
  [304, 'Not Modified', 'RFC 9110 §15.4.5', 'The copy that the client has is still good.'],
  [307, 'Temporary Redirect', 'RFC 9110 §15.4.8', 'It is elsewhere for now; repeat the same method there.'],
  [
    308,
    'Permanent Redirect',
    'RFC 9110 §15.4.9',
    'It lives elsewhere for good; repeat the same method there.',
  ],
  [400, 'Bad Request', 'RFC 9110 §15.5.1', 'The server could not make sense of the request.'],
  [401, 'Unauthorized', 'RFC 9110 §15.5.2', 'Credentials are missing or wrong.'],
  [402, 'Payment Required', 'RFC 9110 §15.5.3', 'Reserved.'],
  [403, 'Forbidden', 'RFC 9110 §15.5.4', 'Understood, but refused.'],
  [404, 'Not Found', 'RFC 9110 §15.5.5', 'There is nothing there, or the server will not say.'],
  [
    405,
    'Method Not Allowed',
    'RFC 9110 §15.5.6',
    'The target does not take this method; Allow lists those that it takes.',
  ],
  [406, 'Not Acceptable', 'RFC 9110 §15.5.7', 'No representation suits what the client accepts.'],
  [407, 'Proxy Authentication Required', 'RFC 9110 §15.5.8', 'The proxy wants credentials.'],
  [408, 'Request Timeout', 'RFC 9110 §15.5.9', 'The request did not arrive in the time the server waits.'],
  [409, 'Conflict', 'RFC 9110 §15.5.10', 'It does not fit the present state of the target.'],
  [410, 'Gone', 'RFC 9110 §15.5.11', 'It was there, and will not come back.'],
  [411, 'Length Required', 'RFC 9110 §15.5.12', 'The server wants to know the length beforehand.'],
  [412, 'Precondition Failed', 'RFC 9110 §15.5.13', 'A condition in the request does not hold.'],
  [413, 'Content Too Large', 'RFC 9110 §15.5.14', 'More content than the server is willing to take.'],
  [414, 'URI Too Long', 'RFC 9110 §15.5.15', 'The target is longer than the server is willing to read.'],
  [
    415,
    'Unsupported Media Type',
    'RFC 9110 §15.5.16',
    'The content is in a format that the target does not take.',
  ],
  [416, 'Range Not Satisfiable', 'RFC 9110 §15.5.17', 'None of the ranges asked for exists.'],
  [417, 'Expectation Failed', 'RFC 9110 §15.5.18', 'What the Expect field asks for cannot be met.'],
  [421, 'Misdirected Request', 'RFC 9110 §15.5.20', 'This server does not answer for that host.'],
  [422, 'Unprocessable Content', 'RFC 9110 §15.5.21', 'The format is right, what it says is not.'],
  [425, 'Too Early', 'RFC 8470 §5.2', 'The server will not act on a request that might be a replay.'],
  [426, 'Upgrade Required', 'RFC 9110 §15.5.22', 'The server insists on another protocol.'],
  [428, 'Precondition Required', 'RFC 6585 §3', 'The request has to be conditional.'],
  [429, 'Too Many Requests', 'RFC 6585 §4', 'The client has used up its share for now.'],
  [
    431,
    'Request Header Fields Too Large',
    'RFC 6585 §5',
    'More header fields than the server is willing to read.',
  ],
  [451, 'Unavailable For Legal Reasons', 'RFC 7725 §3', 'A demand of the law keeps it away.'],
  [500, 'Internal Server Error', 'RFC 9110 §15.6.1', 'Something in the server broke.'],
  [501, 'Not Implemented', 'RFC 9110 §15.6.2', 'The server does not know how to do this at all.'],
  [502, 'Bad Gateway', 'RFC 9110 §15.6.3', 'The server behind this one gave an invalid answer.'],
  [503, 'Service Unavailable', 'RFC 9110 §15.6.4', 'Overloaded or under maintenance, for now.'],
  [504, 'Gateway Timeout', 'RFC 9110 §15.6.5', 'The server behind this one did not answer in time.'],
  [505, 'HTTP Version Not Supported', 'RFC 9110 §15.6.6', 'The server does not speak that major version.'],
  [511, 'Network Authentication Required', 'RFC 6585 §6', 'The network itself wants a login first.'],
]);

function fields(rows: readonly (readonly [string, string, string])[]): ReadonlyMap<string, HttpName> {
  return new Map(rows.map(([name, spec, about]) => [name.toLowerCase(), { name, spec, about }]));
}

const FIELDS = fields([
  ['Accept', 'RFC 9110 §12.5.1', 'The media types that the client can use, with weights.'],
  ['Accept-Encoding', 'RFC 9110 §12.5.3', 'The content codings that the client can undo.'],
  ['Accept-Language', 'RFC 9110 §12.5.4', 'The languages that the person prefers.'],
  ['Accept-Ranges', 'RFC 9110 §14.3', 'Whether the target can be fetched in parts.'],
  ['Age', 'RFC 9111 §5.1', 'Seconds since the answer was made or checked at the origin.'],
  ['Allow', 'RFC 9110 §10.2.1', 'The methods that the target takes.'],
  ['Authorization', 'RFC 9110 §11.6.2', 'Credentials for the origin server.'],
  ['Cache-Control', 'RFC 9111 §5.2', 'What caches along the way may do.'],
  [
    'Connection',
    'RFC 9110 §7.6.1',
    'Options for this connection only: close, keep-alive, and fields not to pass on.',
  ],
  [
    'Content-Encoding',
    'RFC 9110 §8.4',
    'The codings applied to the representation, to be undone by its user.',
  ],
  ['Content-Language', 'RFC 9110 §8.5', 'The language of the audience that the content is meant for.'],
  [
    'Content-Length',
    'RFC 9110 §8.6',
    'Bytes of content; this is how the receiver knows where the message ends.',
  ],
  ['Content-Location', 'RFC 9110 §8.7', 'The address of exactly this representation.'],
  ['Content-Range', 'RFC 9110 §14.4', 'Which part of the whole this is.'],
  ['Content-Type', 'RFC 9110 §8.3', 'The media type of the content.'],
  ['Cookie', 'RFC 6265 §4.2', 'What the server asked this client to remember.'],
  ['Date', 'RFC 9110 §6.6.1', 'When the message was made.'],
  ['ETag', 'RFC 9110 §8.8.3', 'A tag that changes when the representation changes.'],
  [
    'Expect',
    'RFC 9110 §10.1.1',
    '100-continue: the client waits for a go-ahead before it sends the content.',
  ],
  ['Expires', 'RFC 9111 §5.3', 'After this date the answer is stale.'],
  ['From', 'RFC 9110 §10.1.2', 'The mail address of the person behind a robot.'],
  ['Host', 'RFC 9110 §7.2', 'The name and port that the client wanted; one address may serve many names.'],
  ['If-Match', 'RFC 9110 §13.1.1', 'Do it only if the target still has this tag.'],
  ['If-Modified-Since', 'RFC 9110 §13.1.3', 'Send it only if it changed after this date.'],
  ['If-None-Match', 'RFC 9110 §13.1.2', 'Send it only if its tag is none of these.'],
  ['If-Range', 'RFC 9110 §13.1.5', 'Send the part if nothing changed, else the whole.'],
  ['If-Unmodified-Since', 'RFC 9110 §13.1.4', 'Do it only if nothing changed since this date.'],
  ['Last-Modified', 'RFC 9110 §8.8.2', 'When the representation last changed.'],
  ['Location', 'RFC 9110 §10.2.2', 'Where to go next, or where the new thing is.'],
  ['Max-Forwards', 'RFC 9110 §7.6.2', 'How many more proxies may pass this on.'],
  ['Origin', 'RFC 6454 §7', 'The origin of the page that caused the request.'],
  ['Proxy-Authenticate', 'RFC 9110 §11.7.1', 'How to prove oneself to the proxy.'],
  ['Proxy-Authorization', 'RFC 9110 §11.7.2', 'Credentials for the proxy.'],
  ['Range', 'RFC 9110 §14.2', 'The parts of the content that are wanted.'],
  ['Referer', 'RFC 9110 §10.1.3', 'The page from which the target was reached.'],
  ['Retry-After', 'RFC 9110 §10.2.3', 'How long to wait before trying again.'],
  ['Server', 'RFC 9110 §10.2.4', 'The software of the origin server.'],
  ['Set-Cookie', 'RFC 6265 §4.1', 'Something that the client is asked to remember and send back.'],
  [
    'TE',
    'RFC 9110 §10.1.4',
    'The transfer codings besides chunked that the client takes, and whether it wants trailers.',
  ],
  ['Trailer', 'RFC 9110 §6.6.2', 'The fields that will come after the content.'],
  ['Transfer-Encoding', 'RFC 9112 §6.1', 'How the message body was framed for this connection.'],
  ['Upgrade', 'RFC 9110 §7.8', 'Another protocol that the sender would rather speak.'],
  ['User-Agent', 'RFC 9110 §10.1.5', 'The software that asks.'],
  ['Vary', 'RFC 9110 §12.5.5', 'The request fields on which the choice of answer depended.'],
  ['Via', 'RFC 9110 §7.6.3', 'The proxies that the message has passed.'],
  ['WWW-Authenticate', 'RFC 9110 §11.6.1', 'How to prove oneself to the origin server.'],
]);
