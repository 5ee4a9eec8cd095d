import type { Self } from '@/app/session';
import { holds } from '@/app/rights';

import { mayRead, titleOf, type Kind } from './model/kinds';

/** The sections of the second column, in their order. */
export const sections = ['issuing', 'deploying', 'domains', 'access', 'system'] as const;
export type Section = (typeof sections)[number];

/** An entry of the second column: the list of a kind, or a page of its own. */
export interface Entry {
  id: string;
  to: string;
  title: string;
  section: Section;
  /** Where in its section it stands: the lower, the sooner. */
  place: number;
}

/** Pages about what is no configuration object: authorities with their keys, accounts of ACME, the mail queue. `right` opens them; they stand behind all kinds of their section, or behind one. */
const pages: { id: string; section: Section; right: string; behind?: string }[] = [
  { id: 'authorities', section: 'issuing', right: 'configuration:pki:authority', behind: 'pki-connector' },
  { id: 'acme-accounts', section: 'issuing', right: 'configuration:acme:account' },
  { id: 'acme-keys', section: 'issuing', right: 'configuration:acme:eab' },
  { id: 'acme-policies', section: 'issuing', right: 'configuration:acme:eab' },
  { id: 'mail', section: 'system', right: 'configuration:system:configuration' },
  { id: 'transfer', section: 'system', right: 'configuration' },
];

const older: Record<string, Section> = { pki: 'issuing', security: 'access', notifications: 'deploying' };

/** The section a kind's menu names. */
export function sectionOf(menu: string): Section {
  const name = menu.toLowerCase();
  return sections.find((s) => s === name) ?? older[name] ?? 'system';
}

/** What somebody has any right on, by section, in the order of the kinds' places. `name` says the names of pages. */
export function entriesOf(self: Self, kinds: Kind[], name: (id: string) => string): Map<Section, Entry[]> {
  const placed = (p: { behind?: string }, i: number) => (kinds.find((k) => k.kind === p.behind)?.place ?? kinds.length) + (i + 1) / 100;
  const all: Entry[] = [
    ...kinds.filter((k) => mayRead(self, k)).map((k) => ({ id: k.kind, to: `/config/${k.kind}`, title: titleOf(k), section: sectionOf(k.menu), place: k.place })),
    ...pages.flatMap((p, i) => (holds(self, p.right) ? [{ id: p.id, to: `/config/${p.id}`, title: name(p.id), section: p.section, place: placed(p, i) }] : [])),
  ];
  return new Map(sections.map((s) => [s, all.filter((e) => e.section === s).sort((a, b) => a.place - b.place)]));
}
