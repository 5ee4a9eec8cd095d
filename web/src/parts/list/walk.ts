/** The list a page was opened from: what its j and k walk along. */
export interface Walk {
  /** The address of the list with its query, below /ui. */
  back: string;
  query: string;
  ids: string[];
  /** The place of the first id in the whole list, from 1. */
  first: number;
}

const keyOf = (subject: string) => `horizon.walk.${subject}`;

/** Keeps the list for the pages opened from it, in this tab. */
export function keepWalk(subject: string, walk: Walk): void {
  window.sessionStorage.setItem(keyOf(subject), JSON.stringify(walk));
}

/** The list a page of the subject was opened from, with its place there; null when it was reached otherwise. */
export function walkOf(subject: string, id: string): (Walk & { at: number }) | null {
  try {
    const walk = JSON.parse(window.sessionStorage.getItem(keyOf(subject)) ?? 'null') as Walk | null;
    const at = walk?.ids.indexOf(id) ?? -1;
    return walk === null || at < 0 ? null : { ...walk, at };
  } catch {
    return null;
  }
}
