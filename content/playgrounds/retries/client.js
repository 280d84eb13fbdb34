import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const url = process.env.URL ?? 'http://localhost:8080/orders';
const PATIENCE = 500;
const ATTEMPTS = 4;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2000;

/** What may be tried again: nobody answered, or the server says that it is its own fault and may pass. */
const isPassing = (status) =>
  status === 429 || status === 502 || status === 503 || status === 504;

async function order(what, headers) {
  for (let attempt = 1; ; attempt++) {
    let result;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ what }),
        signal: AbortSignal.timeout(PATIENCE),
      });
      const body = await response.json();
      result = `${response.status} ${JSON.stringify(body)}`;
      if (!isPassing(response.status))
        return console.log(`  attempt ${attempt}: ${result}`);
    } catch (error) {
      // No answer is not a no: the order may have been taken, and only the answer was lost.
      result =
        error.name === 'TimeoutError'
          ? `no answer within ${PATIENCE} ms`
          : (error.cause?.code ?? error.message);
    }
    console.log(`  attempt ${attempt}: ${result}`);
    if (attempt === ATTEMPTS) throw new Error(`no luck in ${ATTEMPTS} attempts`);
    // Twice as long each time, and anything up to that: clients that failed together must not return together.
    const pause =
      Math.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1));
    console.log(`  waits ${Math.round(pause)} ms`);
    await sleep(pause);
  }
}

console.log('a chai, without a key:');
await order('masala chai', {});

console.log('a chai, with a key that stays the same in every attempt:');
await order('ginger chai', { 'idempotency-key': randomUUID() });

const taken = await (await fetch(url)).json();
console.log(`the kitchen makes: ${taken.join(', ')}`);
