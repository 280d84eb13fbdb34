/**
 * What the bridge needs and this computer does not give: a port that is taken, a TUN device without the right to make
 * one. Nobody's fault in the sense of base/errors, and said in one line.
 */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** Why a socket could not listen, in words. */
export function whyNotListening(what: string, error: NodeJS.ErrnoException): Unavailable {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program has this port',
    EACCES: 'not allowed; ports below 1024 are for root',
    EADDRNOTAVAIL: 'this computer does not have the address',
  };
  return new Unavailable(`cannot listen on ${what}: ${reasons[error.code ?? ''] ?? error.message}`);
}
