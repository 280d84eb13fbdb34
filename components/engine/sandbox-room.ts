// One sandbox: a frame whose origin is nobody's, and the worker in it (sandbox-frame.ts). It is for one run; closing it is
// how everything in it ends, whatever it is doing.
import { readFromSandbox, type ToSandbox } from './sandbox-messages.ts';

/** The frame's first word, and the page's answer to it. */
const HELLO = 'roundtrip-sandbox';
/** Milliseconds after which a frame is not waited for. */
const LOAD_MS = 30_000;

export class SandboxRoom {
  /** Rejects, with a sentence, when there is no sandbox to be had. */
  readonly ready: Promise<void>;
  /** Takes what comes out: nothing of it has been looked at. */
  onMessage: (stranger: unknown) => void = () => {};
  readonly #frame: HTMLIFrameElement;
  readonly #window: Window;
  #port: MessagePort | undefined;
  #late: ReturnType<typeof setTimeout> | undefined;
  #settle: { resolve(): void; reject(why: Error): void } | undefined;

  constructor(address: string) {
    this.#window = window;
    this.#frame = document.createElement('iframe');
    this.#frame.setAttribute('sandbox', 'allow-scripts');
    this.#frame.title = 'Sandbox for programs';
    this.#frame.hidden = true;
    this.#frame.tabIndex = -1;
    this.#frame.src = address;
    this.ready = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // perhaps nobody waits for it yet
    this.ready.catch(() => undefined);
    this.#late = setTimeout(
      () => this.#fail('The sandbox could not be loaded. Is the network there?'),
      LOAD_MS,
    );
    this.#window.addEventListener('message', this.#hear);
    document.body.append(this.#frame);
  }

  send(message: ToSandbox): void {
    this.#port?.postMessage(message);
  }

  close(): void {
    clearTimeout(this.#late);
    this.#window.removeEventListener('message', this.#hear);
    this.#port?.close();
    this.onMessage = () => {};
    this.#frame.remove();
  }

  #fail(why: string): void {
    this.#settle?.reject(new Error(why));
  }

  /** The frame says that it is there, and gets a port of its own. */
  readonly #hear = ({ source, origin, data }: MessageEvent): void => {
    const inside = this.#frame.contentWindow;
    if (!inside || source !== inside || origin !== 'null' || data !== HELLO || this.#port) return;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }) => this.#take(data);
    port1.onmessageerror = () => this.#take(undefined);
    inside.postMessage(HELLO, '*', [port2]);
  };

  #take(stranger: unknown): void {
    if (this.#late === undefined) this.onMessage(stranger);
    else if (isReady(stranger)) {
      clearTimeout(this.#late);
      this.#late = undefined;
      this.#settle?.resolve();
    } else this.#fail('The sandbox did not start. Please report it.');
  }
}

function isReady(stranger: unknown): boolean {
  try {
    return readFromSandbox(stranger).kind === 'ready';
  } catch {
    return false;
  }
}
