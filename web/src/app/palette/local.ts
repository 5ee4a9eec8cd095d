import { useMantineColorScheme } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { FilePlus2, Keyboard, Languages, Link2, LogOut, Monitor, Moon, Plus, Sun, Zap, type LucideIcon } from 'lucide-react';
import { useMemo } from 'react';

import { kindsQuery, mayManage, titleOf, variantTitle, type Kind } from '@/pages/config/model/kinds';
import { entriesOf } from '@/pages/config/sections';
import { receipt } from '@/parts/Receipt';

import { boundKeys, type Shortcut } from '../keys';
import { languages, speak } from '../language';
import { placesOf } from '../places';
import { prefer, signOut, useSelf, type Preferences, type Self } from '../session';
import { useTexts } from '../texts';
import type { Entry } from './entry';

/** Whether somebody has a right in a part of the product. */
export function can(self: Self, section: string, verb: string): boolean {
  return (self.sections ?? []).some((s) => s.name === section && (s.can ?? []).includes(verb));
}

type T = ReturnType<typeof useTexts>['t'];

/** Places and their parts, and the lists of kinds. */
function pagesOf(t: T, self: Self, kinds: Kind[]): Entry[] {
  const sort = t('palette:sort.page');
  const places = placesOf(self);
  const pages = places.flatMap((p): Entry[] => {
    const name = t(`places:${p.name}`);
    const parts = (p.parts ?? []).filter((part) => (part.to !== p.to || part.search !== undefined) && part.to !== '/requests/new');
    return [
      { id: `page ${p.to}`, label: name, sort, icon: p.icon, to: p.to },
      ...parts.map((part): Entry => ({
        id: `page ${part.to} ${JSON.stringify(part.search ?? {})}`, label: t(`places:${part.name}`), hint: name, sort, icon: p.icon, to: part.to, ...(part.search === undefined ? {} : { search: part.search }),
      })),
    ];
  });
  const home = places.find((p) => p.to === '/config');
  if (home === undefined) return pages;
  const lists = [...entriesOf(self, kinds, (id) => t(`config:pages.${id}`)).values()].flat();
  return [...pages, ...lists.map((e): Entry => ({ id: `page ${e.to}`, label: e.title, hint: t(`places:${home.name}`), words: e.id, sort, icon: home.icon, to: e.to }))];
}

/** What can be made: a request, and objects of the kinds the reader manages. */
function makingOf(t: T, self: Self, kinds: Kind[]): Entry[] {
  const sort = t('palette:sort.verb');
  const verb = (id: string, what: string, to: string, more: Partial<Entry> = {}): Entry => ({ id: `new ${id}`, label: t('palette:newOf', { what }), sort, icon: Plus, verb: true, to, ...more });
  const paths = new Set(placesOf(self).map((p) => p.to));
  const all: Entry[] = [];
  if (paths.has('/requests') && can(self, 'requests', 'ask')) all.push({ id: 'new request', label: t('palette:newRequest'), words: 'new', sort, icon: FilePlus2, verb: true, to: '/requests/new' });
  if (paths.has('/insights')) all.push(verb('dashboard', t('palette:dashboard'), '/insights', { search: { new: 'yes' } }));
  if (!paths.has('/config')) return all;
  for (const k of kinds.filter((one) => mayManage(self, one) && !one.upsert)) {
    const one = titleOf(k, true);
    const words = `new ${k.singular} ${k.kind}`;
    all.push(verb(k.kind, inside(one), `/config/${k.kind}/new`, { words }));
    if (k.variants.length > 1) for (const v of k.variants) all.push(verb(`${k.kind} ${v.name}`, inside(variantTitle(k, v)), `/config/${k.kind}/new`, { hint: one, search: { type: v.name }, words: `${words} ${v.name} ${v.title}` }));
  }
  return all;
}

/** A name as it stands within a sentence; "PKI connector" keeps its letters. */
const inside = (name: string) => (/^\p{Lu}\p{Ll}/u.test(name) && !/^\S*\p{Lu}\S*\p{Lu}/u.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name);

const elsewhere = /^(places|list|query|palette):|^keys:(list|link)$|^requests:keys\.new$/;
const icons: Record<string, LucideIcon> = { 'keys:list': Keyboard, 'keys:link': Link2 };

/** What the page that is open offers, by a key or not; what every page offers comes last. */
function openOf(t: T, keys: Shortcut[]): Entry[] {
  return keys
    .filter((k) => k.keys !== 'Escape' && (!elsewhere.test(k.name) || k.name in icons))
    .sort((a, b) => Number(a.name in icons) - Number(b.name in icons))
    .map((k) => ({ id: `key ${k.name}`, label: t(k.name), ...(k.keys === '' ? {} : { hint: k.keys.replace('Mod+', 'Ctrl ') }), sort: t('palette:sort.verb'), icon: icons[k.name] ?? Zap, verb: true, run: k.run }));
}

/** Pages, what can be made, what the open page offers, and what is one's own. */
export function useLocal(): Entry[] {
  const { t } = useTexts();
  const self = useSelf();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const { data: kinds } = useQuery({ ...kindsQuery, enabled: can(self, 'configuration', 'see') });
  return useMemo(() => {
    const keep = (changed: Preferences) => prefer(queries, changed).catch(() => receipt(t('common:preferences.unkept')));
    const sort = t('palette:sort.verb');
    const looks = ([['light', Sun], ['dark', Moon], ['auto', Monitor]] as const).map(([name, icon]): Entry => ({
      id: `look ${name}`, label: t(`palette:look.${name}`), words: `${name} theme`, sort, icon, verb: true,
      run: () => {
        setColorScheme(name);
        void keep({ appearance: name });
      },
    }));
    const speaking = languages.map((l): Entry => ({
      id: `language ${l}`, label: t('palette:speak', { language: t(`common:languages.${l}`) }), words: `language ${l}`, sort, icon: Languages, verb: true,
      run: async () => {
        await speak(l);
        void keep({ language: l });
      },
    }));
    const leave: Entry = {
      id: 'leave', label: t('common:signOut'), words: 'sign out log out logout', sort, icon: LogOut, verb: true,
      run: async () => {
        await signOut(queries);
        await navigate({ to: '/sign-in' });
      },
    };
    return [...pagesOf(t, self, kinds ?? []), ...openOf(t, boundKeys()), ...makingOf(t, self, kinds ?? []), ...looks, ...speaking, leave];
  }, [t, self, kinds, queries, navigate, setColorScheme]);
}
