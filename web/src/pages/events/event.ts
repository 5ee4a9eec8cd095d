import { detail } from '@/parts/details';

import type { LogEvent } from './proof';

/** So many events are kept by what follows the log. */
export const most = 2_000;

/** What the event is about, with the detail that says it: the certificate's or object's name, else the reason of a refusal. */
export function aboutOf(e: LogEvent): { field: string; value: string; children?: string } {
  const [kind, name] = [detail(e, 'kind'), detail(e, 'name')];
  if (kind !== '' && name !== '') return { field: 'detail.name', value: name, children: `${kind} ${name}` };
  const key = ['certificateDn', 'objectName', 'name', 'identifier', 'dn', 'message'].find((k) => detail(e, k) !== '') ?? 'name';
  return { field: `detail.${key}`, value: detail(e, key) };
}

/** The same in a line. */
export function subjectOf(e: LogEvent): string {
  const about = aboutOf(e);
  return about.children ?? about.value;
}

/** New events before those that are known, each once: what was shown before it was sealed comes again with its place in the log. */
export function joined(came: LogEvent[], known: LogEvent[]): LogEvent[] {
  const ids = new Set(came.map((e) => e._id));
  return [...came, ...known.filter((e) => !ids.has(e._id))].slice(0, most);
}
