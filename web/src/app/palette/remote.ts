import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useDebouncedValue } from '@mantine/hooks';
import { Copy, FileKey2, Inbox, Microscope, PencilLine, ScrollText, Search, Settings, ShieldQuestion, Star } from 'lucide-react';

import { api, ask, bodyOf, type Schemas } from '@/api/client';
import { nameOf, queryOfWords } from '@/pages/certificates/names';
import { mayManage, titleOf, type Kind } from '@/pages/config/model/kinds';
import { fieldTexts, wordsIn } from '@/pages/config/model/words';
import { isBare, quoted } from '@/parts/query/terms';

import { spoken } from '../language';
import { placesOf } from '../places';
import { queries } from '../queries';
import { useSelf, type Self } from '../session';
import { useTexts } from '../texts';
import { dayOf } from '../times';
import type { Entry } from './entry';
import { fieldsCalled } from './fields';
import { can } from './local';
import { read, type Typed } from './typed';

type T = ReturnType<typeof useTexts>['t'];

interface Asking {
  t: T;
  self: Self;
  kinds: Kind[];
  signal: AbortSignal;
}

interface CertificateRow {
  _id: string;
  dn: string;
  notAfter: number;
  state?: string;
  subjectAlternateNames?: { sanType: string; value: string }[];
}

const few = 6;

async function search<Row>(path: string, query: string, fields: string[], signal: AbortSignal): Promise<Row[]> {
  const { body } = await ask<{ results: Row[] }>({ method: 'POST', path: `/api/v1/${path}/search`, body: { query, fields, pageSize: few }, signal });
  return body.results;
}

async function certificates({ t, signal }: Asking, query: string, exact: boolean): Promise<Entry[]> {
  const rows = await search<CertificateRow>('certificates', query, ['_id', 'dn', 'notAfter', 'state', 'subjectAlternateNames'], signal);
  return rows.map((c) => ({
    id: `certificate ${c._id}`, label: nameOf(c), sort: t('palette:sort.certificate'), icon: FileKey2, to: `/certificates/${c._id}`, exact: exact && rows.length === 1,
    hint: t('palette:ends', { state: t(`common:state.${c.state ?? 'valid'}`), date: dayOf(c.notAfter, Date.now(), spoken(), true) }), words: c.dn,
  }));
}

async function requests({ t, signal }: Asking, id: string): Promise<Entry[]> {
  const rows = await search<{ _id: string; dn?: string }>('requests', `id equals ${quoted(id)}`, ['_id', 'dn'], signal);
  return rows.map((r) => ({ id: `request ${r._id}`, label: nameOf({ dn: r.dn ?? '' }) || r._id, hint: r._id, sort: t('palette:sort.request'), icon: Inbox, to: `/requests/${r._id}`, exact: true }));
}

async function events({ t, signal }: Asking, query: string): Promise<Entry[]> {
  const rows = await search<{ _id: string; code: string; sequence?: number }>('events', query, ['_id', 'code', 'sequence'], signal);
  return rows.map((e) => ({ id: `event ${e._id}`, label: t(`codes:${e.code}`), hint: e.sequence === undefined ? e._id : t('palette:entry', { number: e.sequence }), sort: t('palette:sort.event'), icon: ScrollText, to: `/events/${e._id}`, exact: true }));
}

/** Objects by a part of their names, and for the closest what is done to them most. */
async function objects({ t, self, kinds, signal }: Asking, name: string): Promise<Entry[]> {
  const { body } = await ask<Schemas['KindFound'][]>({ method: 'GET', path: `/api/v1/system/objects?limit=8&name=${encodeURIComponent(name.slice(0, 256))}`, signal });
  return body.flatMap(({ kind = '', key = '' }, i): Entry[] => {
    const of = kinds.find((k) => k.kind === kind);
    if (of === undefined) return [];
    const to = `/config/${kind}/${encodeURIComponent(key)}`;
    const exact = key.toLowerCase() === name.toLowerCase();
    const all: Entry[] = [{ id: `object ${kind} ${key}`, label: key, sort: titleOf(of, true), icon: Settings, to, exact }];
    if (i < 2 && kind === 'principal-info') all.push({ id: `explain ${key}`, label: t('palette:explain', { name: key }), sort: t('palette:sort.verb'), icon: ShieldQuestion, verb: true, to, search: { tab: 'explain' } });
    if (i < 2 && mayManage(self, of) && !of.upsert) {
      all.push({ id: `copy ${kind} ${key}`, label: t('palette:duplicate', { name: key }), hint: titleOf(of, true), sort: t('palette:sort.verb'), icon: Copy, verb: true, to: `/config/${kind}/new`, search: { from: key } });
    }
    return all;
  });
}

/** Fields of objects, by the name of the object and, behind it, that of the field: its form opens with the field in hand. */
async function fields({ t, self, kinds, signal }: Asking, text: string): Promise<Entry[]> {
  const [name = '', ...rest] = text.split(/\s+/);
  if (rest.length === 0) return [];
  const [{ body }, texts] = await Promise.all([
    ask<Schemas['KindFound'][]>({ method: 'GET', path: `/api/v1/system/objects?limit=8&name=${encodeURIComponent(name.slice(0, 256))}`, signal }),
    queries.ensureQueryData(fieldTexts(spoken())),
  ]);
  const all = body.flatMap(({ kind = '', key = '', variant }): Entry[] => {
    const of = kinds.find((k) => k.kind === kind);
    const form = of?.variants.find((v) => v.name === variant) ?? of?.variants[0];
    if (of === undefined || form === undefined || !mayManage(self, of)) return [];
    const exact = key.toLowerCase() === name.toLowerCase();
    return fieldsCalled(form, wordsIn(texts), rest.join(' ')).slice(0, few).map((f) => ({
      id: `field ${kind} ${key} ${f.path}`, label: t('palette:field', { name: key, field: f.names.at(-1) }), hint: [titleOf(of, true), ...f.names.slice(0, -1)].join(', '),
      sort: t('palette:sort.field'), icon: PencilLine, to: `/config/${kind}/${encodeURIComponent(key)}`, search: { field: f.path }, exact,
    }));
  });
  return all.slice(0, few);
}

const lists: Record<string, string> = { hcql: '/certificates', hrql: '/requests', heql: '/events' };

/** The reader's saved queries, of all languages the console has lists for. */
export const savedQueries = queryOptions({
  queryKey: ['saved', 'all'],
  staleTime: 30_000,
  queryFn: async () => (await bodyOf(api.GET('/api/v1/security/principals/queries', {}))) ?? [],
});

/** Saved queries as entries; they are few, and matched here. */
export function useSavedEntries(): Entry[] {
  const { t } = useTexts();
  const self = useSelf();
  const paths = new Set(placesOf(self).map((p) => p.to));
  const { data } = useQuery(savedQueries);
  return (data ?? []).flatMap((q): Entry[] => {
    const to = lists[q.type];
    if (to === undefined || !paths.has(to)) return [];
    return [{ id: `saved ${q.type} ${q.name}`, label: q.name, hint: q.query, sort: t('palette:sort.saved'), icon: Star, to, search: { q: q.query } }];
  });
}

/** Where a document waits for the decoder, in this tab. */
export const waiting = 'horizon.document';

/** What a document that was pasted leads to: the certificate it is, when it is known here, and the decoder. */
async function documents(asking: Asking, text: string): Promise<Entry[]> {
  const { t, self, signal } = asking;
  const decode: Entry = { id: 'decode', label: t('palette:decode'), sort: t('palette:sort.verb'), icon: Microscope, verb: true, to: '/tools/decoder', run: () => window.sessionStorage.setItem(waiting, text) };
  const { body } = await ask<Schemas['DetectedView']>({ method: 'POST', path: '/api/v1/rfc5280/detect', body: text, headers: { 'content-type': 'application/octet-stream' }, signal });
  const [first] = body.certificates ?? [];
  const known = first === undefined ? [] : await certificates(asking, `thumbprint equals ${quoted(first.certificateThumbprint ?? '')}`, true);
  return placesOf(self).some((p) => p.to === '/tools') ? [...known, decode] : known;
}

const query = /["=<>()[\]]|^[\w.]+ is \S+$/; // what cannot be a sentence

/** The list of certificates: for words that found some, or for a query that was typed. */
function inList({ t, self }: Asking, text: string, found: Entry[]): Entry[] {
  const bare = isBare(text) || !query.test(text);
  if ((bare && !found.some((e) => e.icon === FileKey2)) || !placesOf(self).some((p) => p.to === '/certificates')) return [];
  return [{ id: `find ${text}`, label: t('palette:find', { text }), sort: t('palette:sort.verb'), icon: Search, to: '/certificates', search: { q: bare ? queryOfWords(text) : text }, exact: !bare }];
}

/** Everything the server finds for what was typed. A source that fails leaves the others. */
async function findAll(asking: Asking, typed: Typed): Promise<Entry[]> {
  const { self } = asking;
  const log = can(self, 'events', 'see');
  const config = can(self, 'configuration', 'see');
  const wanted: Promise<Entry[]>[] = [];
  if (typed.form === 'document') wanted.push(documents(asking, typed.text));
  if (typed.form === 'hex') {
    const x = quoted(typed.hex);
    wanted.push(certificates(asking, `serial equals ${x} or thumbprint equals ${x} or publickeythumbprint equals ${x}`, true));
    if (typed.id) wanted.push(certificates(asking, `id equals ${x}`, true), requests(asking, typed.hex), ...(log ? [events(asking, `id equals ${x}`)] : []));
  }
  if (typed.form === 'number' && log) wanted.push(events(asking, `sequence equals ${quoted(typed.text)}`));
  if (typed.form === 'hex' || typed.form === 'number' || typed.form === 'words') {
    if (config) wanted.push(objects(asking, typed.text), fields(asking, typed.text));
    const x = quoted(typed.text);
    if (typed.text.length > 1) wanted.push(certificates(asking, `dn contains ${x} or san contains ${x}`, false));
  }
  const settled = await Promise.allSettled(wanted);
  const failed = settled.find((s) => s.status === 'rejected');
  if (failed !== undefined && settled.every((s) => s.status === 'rejected')) throw failed.reason;
  const all = settled.flatMap((s) => (s.status === 'fulfilled' ? s.value : []));
  if (typed.form === 'words') all.push(...inList(asking, typed.text, all));
  return [...new Map(all.map((e) => [e.id, e])).values()];
}

/**
 * What the server finds for a text, once the writer pauses. Until then `found` is what it found before and `stale` says so.
 */
export function useRemote(text: string, kinds: Kind[]): { found: Entry[]; stale: boolean; error: unknown } {
  const { t } = useTexts();
  const self = useSelf();
  const [paused] = useDebouncedValue(text, 120);
  const asks = (typed: Typed) => typed.form !== 'nothing' && typed.form !== 'verbs';
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['palette', paused, kinds.length, spoken()],
    staleTime: 15_000,
    enabled: asks(read(paused)),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => findAll({ t, self, kinds, signal }, read(paused)),
  });
  if (!asks(read(text))) return { found: [], stale: false, error: null };
  const answered = paused === text && (error !== null || (data !== undefined && !isPlaceholderData));
  return { found: data ?? [], stale: !answered, error: answered ? error : null };
}
