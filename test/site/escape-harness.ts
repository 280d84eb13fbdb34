// A page of the course's origin that runs programs in the built sandbox, for escapes.spec.ts.
import { answers } from '../../components/engine/client.ts';
import { Sandbox, type SandboxOutcome } from '../../components/engine/sandbox.ts';

export interface Trial {
  readonly text: string;
  readonly outcome: SandboxOutcome;
  /** Milliseconds from Run to the first output, and to the end; and from Stop to the end. */
  readonly firstMs: number | undefined;
  readonly tookMs: number;
  readonly stopMs: number | undefined;
}

const sandbox = new Sandbox('/sandbox/');
const frames = document.querySelector('main')!;
frames.textContent = 'Escapes';

/** Of what programs print, so much is looked at. */
const MOST_TEXT = 200_000;

const harness = {
  prepare: () => sandbox.prepare(),

  async run(files: Readonly<Record<string, string>>, stopAfterMs?: number): Promise<Trial> {
    const start = performance.now();
    let text = '';
    let firstMs: number | undefined;
    let stopped: number | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const outcome = await sandbox.run(
      Object.entries(files).map(([name, text]) => ({ name, text })),
      {
        onOutput: (piece) => {
          firstMs ??= performance.now() - start;
          if (text.length < MOST_TEXT) text += piece.text.slice(0, MOST_TEXT);
        },
        onProgress: ({ phase }) => {
          if (phase !== 'running' || stopAfterMs === undefined || timer) return;
          timer = setTimeout(() => {
            stopped = performance.now();
            sandbox.stop();
          }, stopAfterMs);
        },
      },
    );
    clearTimeout(timer);
    const end = performance.now();
    return {
      text,
      outcome,
      firstMs,
      tookMs: end - start,
      stopMs: stopped === undefined ? undefined : end - stopped,
    };
  },

  /** What the engine's worker says of a run: a word on its view, or why it is none. */
  async ask({ request }: SandboxOutcome): Promise<string> {
    if (!request) return 'nothing';
    try {
      const { digest, packets, moments } = await answers.run(request, 'escapes');
      const pcap = await answers.exportAs(request, 'pcapng');
      const [chosen] = await answers.filter(request, 'udp or tcp or icmp or arp');
      const why = chosen === undefined ? [] : await answers.why(request, packets[chosen]!.event);
      return `view ${digest} ${packets.length > 0} ${moments.length > 0} ${pcap.size > 100} ${why.length > 0}`;
    } catch (problem) {
      return `refused: ${(problem as Error).message}`;
    }
  },

  /** What a program might have changed about the page. */
  state: () => ({
    cookie: document.cookie,
    title: document.title,
    address: location.href,
    text: document.body.textContent,
    local: JSON.stringify({ ...localStorage }),
    session: JSON.stringify({ ...sessionStorage }),
    elements: document.querySelectorAll('body > :not(iframe)').length,
  }),
};

export type Harness = typeof harness;
(globalThis as unknown as { harness: Harness }).harness = harness;
