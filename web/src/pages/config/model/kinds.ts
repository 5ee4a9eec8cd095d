import { queryOptions, useQuery } from '@tanstack/react-query';
import i18next from 'i18next';

import { ask } from '@/api/client';
import { holds } from '@/app/rights';
import type { Self } from '@/app/session';

import { resolverOf, type Resolve, type Schema } from './schema';

/** One form of the objects of a kind. */
export interface Variant {
  name: string;
  title: string;
  schema: Schema;
  example: Record<string, unknown>;
  /** Whether a draft can be tried before it is stored. */
  test?: boolean;
}

/** A kind of configuration objects, as the server describes it. */
export interface Kind {
  kind: string;
  title: string;
  singular: string;
  menu: string;
  /** Where in the menu it stands: the lower, the sooner. */
  place: number;
  path: string;
  key: string;
  by?: string;
  variants: Variant[];
  permissions: { read: string; manage: string };
  readOnly: boolean;
  upsert: boolean;
  unlisted: boolean;
}

export type Item = Record<string, unknown>;

/** All kinds with their schemas. They change with the program alone. */
export const kindsQuery = queryOptions({
  queryKey: ['config', 'kinds'],
  staleTime: Infinity,
  queryFn: async () => (await ask<Kind[]>({ method: 'GET', path: '/api/v1/system/kinds' })).body,
});

export function useKinds(): Kind[] {
  return useQuery(kindsQuery).data ?? [];
}

export const useKind = (name: string): Kind | undefined => useKinds().find((k) => k.kind === name);

/** Whether somebody may see, or change, objects of the kind. */
export const mayRead = (self: Self, kind: Kind) => holds(self, kind.permissions.read) || holds(self, kind.permissions.manage);
export const mayManage = (self: Self, kind: Kind) => !kind.readOnly && holds(self, kind.permissions.manage);

/** The kind's name in the reader's language: in the plural, or of one. */
export function titleOf(kind: Pick<Kind, 'kind' | 'title' | 'singular'>, one = false): string {
  const said = one ? kind.singular : kind.title;
  const text = i18next.t(`config:kinds.${kind.kind}.${one ? 'one' : 'many'}`, { defaultValue: said });
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A variant's name in the reader's language. */
export const variantTitle = (kind: Kind, variant: Pick<Variant, 'name' | 'title'>) =>
  i18next.t(`config:variants.${kind.kind}.${variant.name}`, { defaultValue: variant.title });

/** The variant an object has. */
export function variantOf(kind: Kind, item: unknown): Variant | undefined {
  const by = kind.by === undefined || kind.by === '' ? '' : String((item as Item | undefined)?.[kind.by] ?? '');
  return kind.variants.find((v) => v.name === by) ?? (kind.by === undefined || kind.by === '' ? kind.variants[0] : undefined);
}

export const resolveOf = (variant: Variant): Resolve => resolverOf(variant.schema.$defs ?? {});

export const keyOf = (kind: Kind, item: unknown) => String((item as Item | undefined)?.[kind.key] ?? '');

/** The objects of a kind; of a kind without a list, the first that are found. */
export const itemsQuery = (kind: Pick<Kind, 'path' | 'unlisted' | 'kind'>) =>
  queryOptions({
    queryKey: ['config', 'items', kind.kind],
    queryFn: async () => {
      if (!kind.unlisted) return (await ask<Item[]>({ method: 'GET', path: kind.path })).body;
      const found = await ask<{ results: Item[] }>({ method: 'POST', path: `${kind.path}/search`, body: { pageSize: 500 } });
      return found.body.results;
    },
  });

/** Reads one object, with its revision. */
export async function readItem(kind: Pick<Kind, 'path'>, name: string): Promise<{ item: Item; revision: string }> {
  const { body, headers } = await ask<Item>({ method: 'GET', path: `${kind.path}/${encodeURIComponent(name)}` });
  return { item: body, revision: headers.get('etag') ?? '' };
}

/** One object with the revision it was read at. */
export const itemQuery = (kind: Pick<Kind, 'path' | 'kind'>, name: string) =>
  queryOptions({
    queryKey: ['config', 'item', kind.kind, name],
    staleTime: 0,
    queryFn: () => readItem(kind, name),
  });

export interface Use {
  kind: string;
  title: string;
  key: string;
  fields: string[];
}

export interface Uses {
  usedBy: Use[];
  uses: Use[];
  hidden: number;
  counts: Record<string, number>;
}

/** What refers to an object, and what it refers to. */
export const usesQuery = (kind: Pick<Kind, 'path' | 'kind'>, name: string) =>
  queryOptions({
    queryKey: ['config', 'uses', kind.kind, name],
    queryFn: async () => (await ask<Uses>({ method: 'GET', path: `${kind.path}/${encodeURIComponent(name)}/uses` })).body,
  });

/** What a list says of an object besides itself. */
export interface Standing {
  key: string;
  usedBy: number;
  counts: Record<string, { count: number; more?: boolean }>;
  changedAt?: number;
  changedBy?: string;
  test?: { at: number; by: string; ok: boolean; step?: string; class?: string; detail?: string };
  failures: Record<string, { count: number; last?: number }>;
}

/** What is known of every object of a kind: uses, changes, health. */
export const overviewQuery = (kind: Pick<Kind, 'kind'>) =>
  queryOptions({
    queryKey: ['config', 'overview', kind.kind],
    queryFn: async () => new Map((await ask<Standing[]>({ method: 'GET', path: `/api/v1/system/kinds/${kind.kind}/overview` })).body.map((o) => [o.key, o])),
  });

/** A secret that has a value, since when and by whom. */
export interface Held {
  field: string;
  setAt?: number;
  setBy?: string;
}

/** The secrets of an object that have a value. */
export const heldOf = (item: Item | undefined): Held[] => (Array.isArray(item?._secrets) ? (item._secrets as Held[]) : []);

/** The document as it is sent: without what the server adds. */
export function documentOf(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([n]) => !n.startsWith('_')));
}
