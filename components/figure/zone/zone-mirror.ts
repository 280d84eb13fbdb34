// The editor itself: CodeMirror, with our colours and the engine's findings under the words. Its own file, because it is
// large and comes only when somebody edits. Tab is left alone: it leads on, as everywhere on the page.
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { type Diagnostic, nextDiagnostic, previousDiagnostic, setDiagnostics } from '@codemirror/lint';
import { EditorState, RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  EditorView,
  keymap,
  lineNumbers,
  tooltips,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import type { Finding, TextChange } from '../../engine/zones.ts';
import { type PaintKind, paint } from './zone-paint.ts';

/** Longer texts are not taken: they would only be slow, and no server is given them. */
const MAX_TYPED = 16_000;

export interface MirrorOptions {
  readonly text: string;
  /** Name and description, for those who listen. */
  readonly label: string;
  readonly describedBy: string;
  onText(text: string): void;
}

export interface Mirror {
  focus(): void;
  /** Puts the cursor where the pointer is, in client pixels. */
  placeAt(x: number, y: number): void;
  select(from: number, to: number): void;
  /** One step of the history; nothing, when it is the text already. */
  replace(text: string): void;
  change(change: TextChange): void;
  /** Positions beyond the text are ignored. */
  mark(findings: readonly (Finding & { readonly from: number; readonly to: number })[]): void;
  destroy(): void;
}

export function openMirror(parent: HTMLElement, { text, label, describedBy, onText }: MirrorOptions): Mirror {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        colours,
        tooltips({ position: 'absolute' }),
        keymap.of([
          { key: 'F8', run: nextDiagnostic },
          { key: 'Shift-F8', run: previousDiagnostic },
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        EditorState.languageData.of(() => [{ commentTokens: { line: ';' } }]),
        EditorState.transactionFilter.of((transaction) =>
          transaction.docChanged && transaction.newDoc.length > MAX_TYPED ? [] : transaction,
        ),
        EditorView.contentAttributes.of({
          'aria-label': label,
          'aria-describedby': describedBy,
          tabindex: '0',
          autocapitalize: 'off',
          autocorrect: 'off',
          spellcheck: 'false',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onText(update.state.doc.toString());
        }),
      ],
    }),
  });
  const change = (changes: TextChange): void => view.dispatch({ changes });
  return {
    focus: () => view.focus(),
    placeAt: (x, y) => {
      const at = view.posAtCoords({ x, y }, false);
      view.dispatch({ selection: { anchor: at } });
    },
    select: (from, to) => {
      view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
      view.focus();
    },
    replace: (wanted) => {
      if (wanted !== view.state.doc.toString())
        change({ from: 0, to: view.state.doc.length, insert: wanted });
    },
    change,
    mark: (findings) => view.dispatch(setDiagnostics(view.state, diagnosticsOf(view, findings))),
    destroy: () => view.destroy(),
  };
}

const SEVERITIES = { error: 'error', warning: 'warning', note: 'info' } as const;

function diagnosticsOf(view: EditorView, findings: Parameters<Mirror['mark']>[0]): Diagnostic[] {
  const { length } = view.state.doc;
  return findings
    .filter(({ from, to }) => from >= 0 && from <= to && to <= length)
    .map(({ from, to, severity, message, spec }) => ({
      from,
      to,
      severity: SEVERITIES[severity],
      message: spec === '' ? message : `${message} (${spec})`,
    }));
}

const MARKS: Readonly<Record<PaintKind, Decoration>> = {
  comment: Decoration.mark({ class: 'zone-comment' }),
  directive: Decoration.mark({ class: 'zone-directive' }),
  type: Decoration.mark({ class: 'zone-type' }),
  number: Decoration.mark({ class: 'zone-number' }),
  string: Decoration.mark({ class: 'zone-string' }),
};

const colours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = painted(view);
    }
    update({ view, docChanged }: ViewUpdate): void {
      if (docChanged) this.decorations = painted(view);
    }
  },
  { decorations: ({ decorations }) => decorations },
);

function painted(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to, kind } of paint(view.state.doc.toString())) builder.add(from, to, MARKS[kind]);
  return builder.finish();
}
