import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/**
 * Writes what is typed over a selection itself. Left to the browser, the text would get the looks of what it replaces as an
 * inline style, which the content security policy refuses.
 */
export const plainTyping: Extension = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { main } = view.state.selection;
    if (event.inputType !== 'insertText' || event.data === null || main.empty || view.composing || view.state.readOnly) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: 'input.type', scrollIntoView: true });
    return true;
  },
});
