// Find in the open file: a bar under the editor, every hit marked, Enter and F3 to the next. As much of a search as a file
// of this size needs.
import { EditorSelection, type Extension, RangeSetBuilder, StateEffect, StateField } from '@codemirror/state';
import { type Command, Decoration, EditorView, keymap, type Panel, showPanel } from '@codemirror/view';

interface Find {
  readonly isOpen: boolean;
  readonly text: string;
}

const setFind = StateEffect.define<Partial<Find>>();
const MAX_HITS = 2000;

const findField = StateField.define<Find>({
  create: () => ({ isOpen: false, text: '' }),
  update: (value, { effects }) => {
    for (const effect of effects) if (effect.is(setFind)) value = { ...value, ...effect.value };
    return value;
  },
  provide: (field) => showPanel.from(field, ({ isOpen }) => (isOpen ? findPanel : null)),
});

/** Where a text occurs, without regard to case. */
export function hitsOf(text: string, wanted: string): number[] {
  const hits: number[] = [];
  if (wanted === '') return hits;
  const [where, what] = [text.toLowerCase(), wanted.toLowerCase()];
  for (
    let at = where.indexOf(what);
    at >= 0 && hits.length < MAX_HITS;
    at = where.indexOf(what, at + what.length)
  )
    hits.push(at);
  return hits;
}

export const openFind: Command = (view) => {
  const { from, to } = view.state.selection.main;
  const chosen = view.state.sliceDoc(from, Math.min(to, from + 100));
  const text = chosen !== '' && !chosen.includes('\n') ? chosen : view.state.field(findField).text;
  view.dispatch({ effects: setFind.of({ isOpen: true, text }) });
  const field = view.dom.querySelector<HTMLInputElement>('.pg-find input');
  if (field) field.value = text;
  field?.select();
  return true;
};

const close: Command = (view) => {
  if (!view.state.field(findField).isOpen) return false;
  view.dispatch({ effects: setFind.of({ isOpen: false }) });
  view.focus();
  return true;
};

const step =
  (by: 1 | -1): Command =>
  (view) => {
    const { isOpen, text } = view.state.field(findField);
    const hits = hitsOf(view.state.doc.toString(), text);
    if (!isOpen || hits.length === 0) return isOpen;
    const { from } = view.state.selection.main;
    const next = by > 0 ? hits.find((hit) => hit > from) : hits.findLast((hit) => hit < from);
    const to = next ?? (by > 0 ? hits[0]! : hits.at(-1)!);
    view.dispatch({
      selection: EditorSelection.single(to, to + text.length),
      effects: EditorView.scrollIntoView(to, { y: 'nearest', yMargin: 60 }),
    });
    return true;
  };

function findPanel(view: EditorView): Panel {
  const dom = document.createElement('div');
  dom.className = 'pg-find';
  dom.setAttribute('role', 'search');
  const field = document.createElement('input');
  field.setAttribute('aria-label', 'Find in this file');
  field.placeholder = 'Find';
  field.value = view.state.field(findField).text;
  const said = document.createElement('span');
  said.setAttribute('role', 'status');
  const button = (name: string, command: Command): HTMLButtonElement => {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = 'pg-button';
    made.textContent = name;
    made.onclick = () => command(view);
    return made;
  };
  const count = (): void => {
    const { text } = view.state.field(findField);
    const hits = hitsOf(view.state.doc.toString(), text);
    const here = hits.indexOf(view.state.selection.main.from);
    said.textContent =
      text === ''
        ? ''
        : hits.length === 0
          ? 'nothing found'
          : here < 0
            ? `${hits.length} found`
            : `${here + 1} of ${hits.length}`;
  };
  field.oninput = () => view.dispatch({ effects: setFind.of({ text: field.value }) });
  dom.onkeydown = (event) => {
    if (event.key === 'Enter' && event.target === field) step(event.shiftKey ? -1 : 1)(view);
    else if (event.key === 'F3') step(event.shiftKey ? -1 : 1)(view);
    else if (event.key === 'Escape') close(view);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  dom.append(field, said, button('Previous', step(-1)), button('Next', step(1)), button('Close', close));
  count();
  return { dom, mount: () => field.select(), update: count };
}

const found = Decoration.mark({ class: 'pg-found' });
const foundHere = Decoration.mark({ class: 'pg-found pg-found-here' });

export const findBar: Extension = [
  findField,
  EditorView.decorations.compute([findField, 'doc', 'selection'], (state) => {
    const { isOpen, text } = state.field(findField);
    if (!isOpen || text === '') return Decoration.none;
    const builder = new RangeSetBuilder<Decoration>();
    for (const hit of hitsOf(state.doc.toString(), text))
      builder.add(hit, hit + text.length, hit === state.selection.main.from ? foundHere : found);
    return builder.finish();
  }),
  keymap.of([
    { key: 'F3', run: step(1), shift: step(-1) },
    { key: 'Escape', run: close },
  ]),
];
