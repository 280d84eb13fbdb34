// Messages over a stream: each with its length before it, in four bytes.

const HEAD = 4;
const MAX = 1_000_000; // what others may make us keep in memory

export function frame(text) {
  const body = Buffer.from(text);
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** Takes pieces as they come, and gives messages as they are complete. */
export class Unframer {
  #rest = Buffer.alloc(0);

  *take(piece) {
    this.#rest = Buffer.concat([this.#rest, piece]);
    while (this.#rest.length >= HEAD) {
      const length = this.#rest.readUInt32BE();
      if (length > MAX)
        throw new RangeError(`a message of ${length} bytes is too long`);
      if (this.#rest.length < HEAD + length) return; // the rest of it is still under way
      yield this.#rest.toString('utf8', HEAD, HEAD + length);
      this.#rest = this.#rest.subarray(HEAD + length);
    }
  }
}
