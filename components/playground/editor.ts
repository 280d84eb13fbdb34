// The editor itself: CodeMirror, with our colours, a history for each file, completion for what Node offers, and a find
// bar. Its own file, because it is large and comes only when somebody edits. Tab indents; Escape and then Tab leaves.
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { javascriptLanguage, typescriptLanguage } from '@codemirror/lang-javascript';
import { bracketMatching, indentUnit, LanguageSupport, syntaxHighlighting } from '@codemirror/language';
import { linter, nextDiagnostic, previousDiagnostic } from '@codemirror/lint';
import {
  EditorState,
  type Extension,
  RangeSet,
  RangeSetBuilder,
  StateEffect,
  StateField,
  type Transaction,
} from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  GutterMarker,
  gutter,
  highlightActiveLine,
  keymap,
  lineNumbers,
  tooltips,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { tagHighlighter, tags } from '@lezer/highlight';
import { completeNode } from './completing.ts';
import { findBar, openFind } from './find.ts';
import { PAINT_CLASS, paintCode } from './paint.ts';
import { MAX_FILE_TEXT, type SourceFile } from './project.ts';
import { syntaxFaults } from './syntax.ts';

export interface EditorOptions {
  readonly files: readonly SourceFile[];
  /** Name of the file that is open. */
  readonly open: string;
  /** Id of the sentence that says how to leave. */
  readonly describedBy: string;
  /** Where the list of what Node offers lies. */
  readonly words: string;
  onText(name: string, text: string): void;
}

export interface Editor {
  /** Shows a file. */
  show(files: readonly SourceFile[], open: string): void;
  /** The texts come from elsewhere: each goes in as one step of its file's history. */
  replace(files: readonly SourceFile[]): void;
  focus(): void;
  /** Puts the cursor where the pointer is, in client pixels. */
  placeAt(x: number, y: number): void;
  /** Line and column from 1; beyond the text it is the text's end. */
  select(line: number, column: number): void;
  /** Brings a line into sight. */
  reveal(line: number): void;
  /** The lines that have notes, in the order of their numbers, and the line that is pointed at. */
  mark(notes: readonly number[], lit: number | undefined): void;
  destroy(): void;
}

export function openEditor(parent: HTMLElement, options: EditorOptions): Editor {
  let open = options.open;
  /** States of the files that are not open, with their histories. */
  const states = new Map<string, EditorState>();
  const textOf = (files: readonly SourceFile[], name: string): string =>
    files.find((file) => file.name === name)?.text ?? '';
  const stateOf = (name: string, doc: string): EditorState =>
    EditorState.create({
      doc,
      extensions: [
        extensionsFor(name, options),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onText(name, update.state.doc.toString());
        }),
      ],
    });
  const view = new EditorView({ parent, state: stateOf(open, textOf(options.files, open)) });
  const at = (line: number, column: number): number => {
    const { doc } = view.state;
    if (line > doc.lines) return doc.length;
    const found = doc.line(Math.max(1, line));
    return Math.min(found.from + Math.max(0, column - 1), found.to);
  };
  return {
    show: (files, name) => {
      if (name !== open) {
        states.set(open, view.state);
        open = name;
        view.setState(states.get(name) ?? stateOf(name, textOf(files, name)));
      }
    },
    replace: (files) => {
      for (const [name, state] of states) {
        const file = files.find((one) => one.name === name);
        if (file) states.set(name, replaced(state, file.text)?.state ?? state);
        else states.delete(name);
      }
      const change = replaced(view.state, textOf(files, open));
      if (change) view.dispatch(change);
    },
    focus: () => view.focus(),
    placeAt: (x, y) => view.dispatch({ selection: { anchor: view.posAtCoords({ x, y }, false) } }),
    select: (line, column) => {
      view.dispatch({ selection: { anchor: at(line, column) }, effects: center(at(line, column)) });
      view.focus();
    },
    reveal: (line) => view.dispatch({ effects: center(at(line, 1)) }),
    mark: (notes, lit) => view.dispatch({ effects: marked.of({ notes, lit }) }),
    destroy: () => view.destroy(),
  };
}

/** What makes a text another one; undefined when it is that already. */
function replaced(state: EditorState, text: string): Transaction | undefined {
  if (text === state.doc.toString()) return undefined;
  return state.update({ changes: { from: 0, to: state.doc.length, insert: text } });
}

const center = (position: number) => EditorView.scrollIntoView(position, { y: 'nearest', yMargin: 60 });

function extensionsFor(name: string, { describedBy, words }: EditorOptions): Extension {
  const isCode = /\.[cm]?[jt]s$/.test(name);
  return [
    lineNumbers(),
    marks,
    history(),
    drawSelection(),
    highlightActiveLine(),
    indentUnit.of('  '),
    EditorState.tabSize.of(2),
    isCode ? codeSupport(name, words) : painted(name),
    findBar,
    tooltips({ position: 'absolute' }),
    keymap.of([
      { key: 'F8', run: nextDiagnostic },
      { key: 'Shift-F8', run: previousDiagnostic },
      { key: 'Mod-f', run: openFind },
      // What runs the programs is no key of the editor's.
      { key: 'Mod-Enter', run: () => true, stopPropagation: false },
      ...closeBracketsKeymap,
      ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'),
      ...historyKeymap,
      ...completionKeymap,
      indentWithTab,
    ]),
    EditorState.transactionFilter.of((transaction) =>
      transaction.docChanged && transaction.newDoc.length > MAX_FILE_TEXT ? [] : transaction,
    ),
    EditorView.contentAttributes.of({
      'aria-label': `${name}, editor`,
      'aria-describedby': describedBy,
      tabindex: '0',
      autocapitalize: 'off',
      autocorrect: 'off',
      spellcheck: 'false',
    }),
  ];
}

function codeSupport(name: string, words: string): Extension {
  const language = /\.[cm]?ts$/.test(name) ? typescriptLanguage : javascriptLanguage;
  return [
    new LanguageSupport(language),
    syntaxHighlighting(colours),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ override: [completeNode(words)], icons: false, maxRenderedOptions: 60 }),
    linter((view) => syntaxFaults(view.state), { delay: 500 }),
  ];
}

// ── colours ──

const [keyword, string, number, comment] = (['k', 's', 'n', 'c'] as const).map(
  (paint) => PAINT_CLASS[paint]!,
);

const colours = tagHighlighter([
  { tag: tags.comment, class: comment! },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.escape], class: string! },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], class: number! },
  {
    tag: [
      tags.keyword,
      tags.controlKeyword,
      tags.moduleKeyword,
      tags.definitionKeyword,
      tags.operatorKeyword,
      tags.modifier,
      tags.function(tags.punctuation),
    ],
    class: keyword!,
  },
]);

/** JSON and Markdown, in the colours in which they were drawn. */
function painted(name: string): Extension {
  const build = (view: EditorView): DecorationSet => {
    const builder = new RangeSetBuilder<Decoration>();
    let at = 0;
    for (const { text, paint } of paintCode(name, view.state.doc.toString())) {
      const style = PAINT_CLASS[paint];
      if (style !== undefined) builder.add(at, at + text.length, Decoration.mark({ class: style }));
      at += text.length;
    }
    return builder.finish();
  };
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      constructor(view: EditorView) {
        this.decorations = build(view);
      }
      update({ view, docChanged }: ViewUpdate): void {
        if (docChanged) this.decorations = build(view);
      }
    },
    { decorations: ({ decorations }) => decorations },
  );
}

// ── notes ──

interface Marked {
  readonly notes: readonly number[];
  readonly lit: number | undefined;
}

const marked = StateEffect.define<Marked>();

class NoteMark extends GutterMarker {
  readonly number: number;
  constructor(number: number) {
    super();
    this.number = number;
  }
  override eq(other: NoteMark): boolean {
    return other.number === this.number;
  }
  override toDOM(): Node {
    const mark = document.createElement('span');
    mark.textContent = String(this.number);
    return mark;
  }
}

const markField = StateField.define<Marked>({
  create: () => ({ notes: [], lit: undefined }),
  update: (value, transaction) => transaction.effects.find((effect) => effect.is(marked))?.value ?? value,
});

const marks: Extension = [
  markField,
  gutter({
    class: 'pg-marks',
    markers: ({ state }) => {
      const { notes } = state.field(markField);
      const found = notes.flatMap((line, i) =>
        line <= state.doc.lines ? [new NoteMark(i + 1).range(state.doc.line(line).from)] : [],
      );
      return RangeSet.of(found, true);
    },
  }),
  EditorView.decorations.compute([markField, 'doc'], (state) => {
    const { lit } = state.field(markField);
    if (lit === undefined || lit > state.doc.lines) return Decoration.none;
    return Decoration.set(Decoration.line({ class: 'pg-lit' }).range(state.doc.line(lit).from));
  }),
];
