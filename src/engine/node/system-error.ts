/**
 * Errors as Node's own modules throw them: with a code, and for failed system calls with their number, call and place.
 *
 * The numbers are Linux's, negative as libuv gives them.
 */

/** What libuv knows, in its order. */
const ERRNO = {
  E2BIG: [-7, 'argument list too long'],
  EACCES: [-13, 'permission denied'],
  EADDRINUSE: [-98, 'address already in use'],
  EADDRNOTAVAIL: [-99, 'address not available'],
  EAFNOSUPPORT: [-97, 'address family not supported'],
  EAGAIN: [-11, 'resource temporarily unavailable'],
  EAI_ADDRFAMILY: [-3000, 'address family not supported'],
  EAI_AGAIN: [-3001, 'temporary failure'],
  EAI_BADFLAGS: [-3002, 'bad ai_flags value'],
  EAI_BADHINTS: [-3013, 'invalid value for hints'],
  EAI_CANCELED: [-3003, 'request canceled'],
  EAI_FAIL: [-3004, 'permanent failure'],
  EAI_FAMILY: [-3005, 'ai_family not supported'],
  EAI_MEMORY: [-3006, 'out of memory'],
  EAI_NODATA: [-3007, 'no address'],
  // Node’s name for the one below
  ENOTFOUND: [-3008, 'unknown node or service'],
  EAI_NONAME: [-3008, 'unknown node or service'],
  EAI_OVERFLOW: [-3009, 'argument buffer overflow'],
  EAI_PROTOCOL: [-3014, 'resolved protocol is unknown'],
  EAI_SERVICE: [-3010, 'service not available for socket type'],
  EAI_SOCKTYPE: [-3011, 'socket type not supported'],
  EALREADY: [-114, 'connection already in progress'],
  EBADF: [-9, 'bad file descriptor'],
  EBUSY: [-16, 'resource busy or locked'],
  ECANCELED: [-125, 'operation canceled'],
  ECHARSET: [-4080, 'invalid Unicode character'],
  ECONNABORTED: [-103, 'software caused connection abort'],
  ECONNREFUSED: [-111, 'connection refused'],
  ECONNRESET: [-104, 'connection reset by peer'],
  EDESTADDRREQ: [-89, 'destination address required'],
  EEXIST: [-17, 'file already exists'],
  EFAULT: [-14, 'bad address in system call argument'],
  EFBIG: [-27, 'file too large'],
  EHOSTUNREACH: [-113, 'host is unreachable'],
  EINTR: [-4, 'interrupted system call'],
  EINVAL: [-22, 'invalid argument'],
  EIO: [-5, 'i/o error'],
  EISCONN: [-106, 'socket is already connected'],
  EISDIR: [-21, 'illegal operation on a directory'],
  ELOOP: [-40, 'too many symbolic links encountered'],
  EMFILE: [-24, 'too many open files'],
  EMSGSIZE: [-90, 'message too long'],
  ENAMETOOLONG: [-36, 'name too long'],
  ENETDOWN: [-100, 'network is down'],
  ENETUNREACH: [-101, 'network is unreachable'],
  ENFILE: [-23, 'file table overflow'],
  ENOBUFS: [-105, 'no buffer space available'],
  ENODEV: [-19, 'no such device'],
  ENOENT: [-2, 'no such file or directory'],
  ENOMEM: [-12, 'not enough memory'],
  ENONET: [-64, 'machine is not on the network'],
  ENOPROTOOPT: [-92, 'protocol not available'],
  ENOSPC: [-28, 'no space left on device'],
  ENOSYS: [-38, 'function not implemented'],
  ENOTCONN: [-107, 'socket is not connected'],
  ENOTDIR: [-20, 'not a directory'],
  ENOTEMPTY: [-39, 'directory not empty'],
  ENOTSOCK: [-88, 'socket operation on non-socket'],
  ENOTSUP: [-95, 'operation not supported on socket'],
  EOVERFLOW: [-75, 'value too large for defined data type'],
  EPERM: [-1, 'operation not permitted'],
  EPIPE: [-32, 'broken pipe'],
  EPROTO: [-71, 'protocol error'],
  EPROTONOSUPPORT: [-93, 'protocol not supported'],
  EPROTOTYPE: [-91, 'protocol wrong type for socket'],
  ERANGE: [-34, 'result too large'],
  EROFS: [-30, 'read-only file system'],
  ESHUTDOWN: [-108, 'cannot send after transport endpoint shutdown'],
  ESPIPE: [-29, 'invalid seek'],
  ESRCH: [-3, 'no such process'],
  ETIMEDOUT: [-110, 'connection timed out'],
  ETXTBSY: [-26, 'text file is busy'],
  EXDEV: [-18, 'cross-device link not permitted'],
  UNKNOWN: [-4094, 'unknown error'],
  EOF: [-4095, 'end of file'],
  ENXIO: [-6, 'no such device or address'],
  EMLINK: [-31, 'too many links'],
  EHOSTDOWN: [-112, 'host is down'],
  EREMOTEIO: [-121, 'remote I/O error'],
  ENOTTY: [-25, 'inappropriate ioctl for device'],
  EFTYPE: [-4028, 'inappropriate file type or format'],
  EILSEQ: [-84, 'illegal byte sequence'],
  ESOCKTNOSUPPORT: [-94, 'socket type not supported'],
  ENODATA: [-61, 'no data available'],
  EUNATCH: [-49, 'protocol driver not attached'],
  ENOEXEC: [-8, 'exec format error'],
} as const satisfies Readonly<Record<string, readonly [errno: number, words: string]>>;

export type ErrnoCode = keyof typeof ERRNO;

/** What a failed system call tells. */
export interface SystemError extends Error {
  code: string;
  errno: number;
  syscall: string;
  address?: string;
  port?: number;
  localAddress?: string;
  localPort?: number;
  path?: string;
  dest?: string;
  hostname?: string;
}

export function isErrno(code: string): code is ErrnoCode {
  return Object.hasOwn(ERRNO, code);
}

/** −111 for ECONNREFUSED; undefined for a code that is none. */
export function errnoOf(code: string): number | undefined {
  return isErrno(code) ? ERRNO[code][0] : undefined;
}

/** All numbers with their codes and words, as `util.getSystemErrorMap()` gives them. */
export function errnoMap(): Map<number, [code: string, words: string]> {
  return new Map(Object.entries(ERRNO).map(([code, [errno, words]]) => [errno, [code, words]]));
}

/** `listen EADDRINUSE: address already in use 127.0.0.1:80`: the form that says what the code means. */
export function wordyError(code: string, syscall: string, address?: string, port?: number): SystemError {
  const words = isErrno(code) ? `: ${ERRNO[code][1]}` : '';
  const error = new Error(`${syscall} ${code}${words}${whereText(address, port)}`);
  // libuv's own errors begin with their code, others with their number
  return filled(Object.assign(error, { code }), code, syscall, address, port);
}

/** `connect ECONNREFUSED 192.0.2.80:80`, with ` - Local (192.0.2.1:51000)` when that is known. */
export function plainError(
  code: string,
  syscall: string,
  address?: string,
  port?: number,
  local?: { readonly address: string; readonly port: number },
): SystemError {
  const from = local ? ` - Local (${local.address}:${local.port})` : '';
  return filled(
    new Error(`${syscall} ${code}${whereText(address, port)}${from}`),
    code,
    syscall,
    address,
    port,
  );
}

function whereText(address: string | undefined, port: number | undefined): string {
  if (port !== undefined && port > 0) return ` ${address}:${port}`;
  return address ? ` ${address}` : '';
}

function filled(error: Error, code: string, syscall: string, address?: string, port?: number): SystemError {
  const made = error as SystemError;
  made.errno = errnoOf(code) ?? 0;
  made.code = code;
  made.syscall = syscall;
  if (address !== undefined) made.address = address;
  if (port) made.port = port;
  return made;
}

type ErrorClass = new (message: string) => Error;

/** An error of Node itself: `TypeError [ERR_INVALID_ARG_TYPE]: …`. Its name is the class's, its stack shows the code, as Node's does. */
export function codedError<E extends ErrorClass>(
  Base: E,
  code: string,
  message: string,
): InstanceType<E> & { code: string } {
  const error = new Base(message) as InstanceType<E> & { code: string };
  const { name, stack } = error;
  Object.defineProperty(error, 'code', { value: code, enumerable: true, writable: true, configurable: true });
  // what is printed has the code beside the name; reading `name` does not
  if (typeof stack === 'string' && stack.startsWith(name))
    Object.defineProperty(error, 'stack', {
      value: `${name} [${code}]${stack.slice(name.length)}`,
      enumerable: false,
      writable: true,
      configurable: true,
    });
  Object.defineProperty(error, 'toString', {
    value(this: Error) {
      return `${this.name} [${code}]: ${this.message}`;
    },
    enumerable: false,
    writable: true,
    configurable: true,
  });
  return error;
}

/** A reason of a rejection as an error: what is none stands in the words of one. */
export function asError(reason: unknown): unknown {
  if (reason instanceof Error) return reason;
  const words = `This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason "${briefly(reason)}".`;
  const error = new Error(words);
  if (error.stack?.startsWith('Error'))
    Object.defineProperty(error, 'stack', {
      value: `UnhandledPromiseRejection${error.stack.slice('Error'.length)}`,
      writable: true,
      configurable: true,
    });
  Object.defineProperty(error, 'name', { value: 'UnhandledPromiseRejection', configurable: true });
  return Object.assign(error, { code: 'ERR_UNHANDLED_REJECTION' });
}

/** A value in words, without running anything of its own. */
function briefly(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return '[object Array]';
  return `#<${(value as { constructor?: { name?: string } }).constructor?.name || 'Object'}>`;
}

/** `AbortError: The operation was aborted`, with the reason of the signal as its cause. */
export function abortError(signal?: { readonly reason: unknown }): Error & { code: string } {
  const options = signal === undefined ? undefined : { cause: signal.reason };
  const error = new Error('The operation was aborted', options) as Error & { code: string };
  error.code = 'ABORT_ERR';
  error.name = 'AbortError';
  return error;
}
