// What the page and its worker say to each other.
import type { RunRequest } from '#engine/inspect/view.ts';
import type { ExportKind } from './answers.ts';
import type { ForeignRun } from './foreign-runs.ts';

export type Question =
  /** Hands over a run that took place in a sandbox, before the first question about it. */
  | { readonly kind: 'take'; readonly request: RunRequest; readonly run: ForeignRun }
  | { readonly kind: 'run'; readonly request: RunRequest; readonly who: string }
  | { readonly kind: 'frame'; readonly request: RunRequest; readonly frame: number }
  | { readonly kind: 'tables'; readonly request: RunRequest; readonly machine: string; readonly time: number }
  | { readonly kind: 'nameServerLog'; readonly request: RunRequest }
  | { readonly kind: 'forgery'; readonly request: RunRequest }
  | { readonly kind: 'caches'; readonly request: RunRequest; readonly time: number }
  | { readonly kind: 'why'; readonly request: RunRequest; readonly event: number }
  | { readonly kind: 'filter'; readonly request: RunRequest; readonly expression: string }
  | {
      readonly kind: 'complete';
      readonly request: RunRequest;
      readonly machine: string;
      readonly line: string;
    }
  | { readonly kind: 'export'; readonly request: RunRequest; readonly as: ExportKind };

export interface Asked {
  readonly id: number;
  readonly question: Question;
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly answer: unknown }
  /** `at`: where in a text the problem lies, when the engine can say. */
  | {
      readonly id: number;
      readonly ok: false;
      readonly name: string;
      readonly message: string;
      readonly at?: number | undefined;
    }
  /** A sign of life between slices of a long run. */
  | { readonly id: -1; readonly ok: true; readonly answer: undefined };
