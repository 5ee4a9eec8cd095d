import { RangeSetBuilder, StateEffect, StateField, type EditorState, type Extension } from '@codemirror/state';
import { Decoration, EditorView, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view';

import { termsOf, tokensOf } from './terms';

const marks = {
  word: Decoration.mark({ class: 'q-word' }),
  text: Decoration.mark({ class: 'q-text' }),
  sign: Decoration.mark({ class: 'q-sign' }),
  joint: Decoration.mark({ class: 'q-joint' }),
};
const chip = Decoration.mark({ class: 'q-chip' });
const joints = /^(and|or|not|&&?|\|\|?)$/i;

/** Colours words, texts and joints. */
function colours(state: EditorState): DecorationSet {
  const all = new RangeSetBuilder<Decoration>();
  const query = state.doc.toString();
  for (const t of tokensOf(query)) {
    const joint = t.kind !== 'text' && joints.test(query.slice(t.from, t.to));
    all.add(t.from, t.to, joint ? marks.joint : marks[t.kind]);
  }
  return all.finish();
}

/** Draws each top condition as a chip over its own text; the one the caret is in stays text. */
function chips(view: EditorView): DecorationSet {
  const all = new RangeSetBuilder<Decoration>();
  const query = view.state.doc.toString();
  const caret = view.hasFocus ? view.state.selection.main.head : -1;
  for (const { from, to } of termsOf(query)) {
    if (caret < from || caret > to) all.add(from, to, chip);
  }
  return all.finish();
}

function drawn(draw: (view: EditorView) => DecorationSet): Extension {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      constructor(view: EditorView) {
        this.decorations = draw(view);
      }
      update(u: ViewUpdate) {
        if (u.docChanged || u.selectionSet || u.focusChanged) this.decorations = draw(u.view);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}

/** Underlines what is wrong; null takes the line away. */
export const underline = StateEffect.define<{ from: number; to: number } | null>();

const wrong = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(old, transaction) {
    let now = old.map(transaction.changes);
    for (const e of transaction.effects) {
      if (!e.is(underline)) continue;
      const at = e.value;
      now = at === null || at.from >= at.to || at.to > transaction.state.doc.length ? Decoration.none : Decoration.set([Decoration.mark({ class: 'q-wrong' }).range(at.from, at.to)]);
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** How a query is drawn. */
export const drawing: Extension = [drawn((view) => colours(view.state)), drawn(chips), wrong];
