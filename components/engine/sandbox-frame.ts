// The script of the sandbox's own page (/sandbox/), which a playground shows in a frame whose origin is nobody's: starts
// the worker that readers' programs run in, and stands between it and the page. What the worker says is looked at here
// first, in whatever process the browser has put the frame into: a flood ends here.
import {
  buffersIn,
  type FromSandbox,
  readFromSandbox,
  SANDBOX_LIMITS,
  type ToSandbox,
} from './sandbox-messages.ts';

/** What the page carries as JSON: the worker's whole text, and the packages for its shelf. */
interface Carried {
  readonly worker: string;
  readonly shelf: readonly (readonly [path: string, text: string])[];
}

/** The first word to the page that shows this one; it answers with a port. */
const HELLO = 'roundtrip-sandbox';

/** The worker's own text: it evaluates the first message that it gets. */
const BEGINNING = "addEventListener('message', ({ data }) => (0, eval)(data), { once: true })";

function start(port: MessagePort): void {
  const { worker: text, shelf } = JSON.parse(document.querySelector('#carried')!.textContent!) as Carried;
  // a `blob:` address does not work where there is no origin; one with everything in it would stand in each error's stack
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(BEGINNING)}`, {
    type: 'module',
    name: 'sandbox',
  });
  const end = (why: string): void => {
    worker.terminate();
    worker.onmessage = null;
    port.postMessage({ kind: 'broken', why } satisfies FromSandbox);
  };
  let second = 0;
  let count = 0;
  worker.onmessage = ({ data }) => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) [second, count] = [now, 0];
    count += 1;
    if (count > SANDBOX_LIMITS.messagesPerSecond) {
      end('The programs sent a flood of messages out of the sandbox, so they were stopped.');
      return;
    }
    try {
      const message = readFromSandbox(data);
      port.postMessage(message, buffersIn(message));
    } catch {
      end('The programs sent something out of the sandbox that it never says, so they were stopped.');
    }
  };
  worker.onmessageerror = () =>
    end('The programs sent something out of the sandbox that cannot be read, so they were stopped.');
  worker.onerror = (event) => {
    event.preventDefault();
    end(`The sandbox broke: ${(event.message || 'no memory was left, perhaps').slice(0, 300)}.`);
  };
  port.onmessage = ({ data }: MessageEvent<ToSandbox>) => worker.postMessage(data);
  worker.postMessage(text);
  worker.postMessage({ kind: 'shelf', shelf } satisfies ToSandbox);
}

/** A page of its own would have the site's origin: then nothing runs. */
if (window.parent !== window && window.origin === 'null') {
  addEventListener('message', function first({ source, data, ports: [port] }) {
    if (source !== window.parent || data !== HELLO || !port) return;
    removeEventListener('message', first);
    start(port);
  });
  window.parent.postMessage(HELLO, '*');
}
