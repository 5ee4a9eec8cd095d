import { ChartColumn, FileKey2, Home, Inbox, ScrollText, Settings, Wrench, type LucideIcon } from 'lucide-react';

import { anyConfiguration } from '@/pages/config/rights';

import { holds } from './rights';
import type { Self } from './session';

/** An entry of the rail. `name` is its key in the texts "places"; who may not see anything in it is not shown it. */
export interface Place {
  name: string;
  to: string;
  icon: LucideIcon;
  /** The letter after g that goes there; "" of a place that has none. */
  key: string;
  shown: (self: Self) => boolean;
  /** Beginnings of other addresses that stand in it. */
  also?: string[];
  /** Second level; `search` is the query part of its address. */
  parts?: { name: string; to: string; search?: Record<string, string>; shown?: (self: Self) => boolean }[];
}

const always = () => true;

/** The rail, from top to bottom. */
export const places: Place[] = [
  { name: 'home', to: '/', icon: Home, key: 'h', shown: always },
  {
    name: 'certificates', to: '/certificates', icon: FileKey2, key: 'c', shown: always, also: ['/batches', '/find'],
    parts: [
      { name: 'allCertificates', to: '/certificates' },
      { name: 'due', to: '/certificates', search: { q: 'state is due' } },
      { name: 'expired', to: '/certificates', search: { q: 'state is expired' } },
      { name: 'unmanaged', to: '/certificates', search: { q: 'profile not exists' } },
      { name: 'batches', to: '/batches' },
    ],
  },
  {
    name: 'requests', to: '/requests', icon: Inbox, key: 'r', shown: always,
    parts: [
      { name: 'requestsDecide', to: '/requests', search: { view: 'decide' } },
      { name: 'requestsMine', to: '/requests', search: { view: 'mine' } },
      { name: 'requestsAll', to: '/requests', search: { view: 'all' } },
      { name: 'requestsNew', to: '/requests/new' },
      { name: 'requestsChallenges', to: '/requests/challenges' },
    ],
  },
  {
    name: 'events', to: '/events', icon: ScrollText, key: 'e', shown: (self) => holds(self, 'configuration:event'),
    parts: [
      { name: 'log', to: '/events' },
      { name: 'live', to: '/events/live' },
      { name: 'integrity', to: '/events/integrity' },
    ],
  },
  { name: 'insights', to: '/insights', icon: ChartColumn, key: 'i', shown: always },
  { name: 'configuration', to: '/config', icon: Settings, key: 'o', shown: anyConfiguration },
  {
    name: 'tools', to: '/tools', icon: Wrench, key: '', shown: always,
    parts: [
      { name: 'decoder', to: '/tools/decoder' },
      { name: 'tryRule', to: '/tools/rule' },
      { name: 'tryQuery', to: '/tools/query' },
      { name: 'explainGrade', to: '/tools/grade', shown: (self) => holds(self, 'configuration:system:grading') },
    ],
  },
];

/** Whether a page stands in a place. */
export const stands = (pathname: string, place: Place) => (place.to === '/' ? pathname === '/' : [place.to, ...(place.also ?? [])].some((to) => pathname === to || pathname.startsWith(`${to}/`)));

/** The places somebody has any right in. */
export function placesOf(self: Self): Place[] {
  return places.filter((p) => p.shown(self)).map((p) => ({ ...p, parts: p.parts?.filter((part) => part.shown?.(self) ?? true) ?? [] }));
}

