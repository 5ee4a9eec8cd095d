import { Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { History, Search } from 'lucide-react';
import { useCallback, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';

import { kindsQuery } from '@/pages/config/model/kinds';
import { FaultBox } from '@/parts/FaultBox';

import { useSelf } from '../session';
import { useTexts } from '../texts';
import type { Entry } from './entry';
import { can, useLocal } from './local';
import styles from './Palette.module.css';
import { keepUse, ranked, usesOf, type Use } from './rank';
import { useRemote, useSavedEntries } from './remote';
import { read } from './typed';

const most = 40; // entries that are shown
const recent = 6;

interface Props {
  /** What stands in the field at first. */
  begin: string;
  /** Called when it is to go; `gone` when something else has taken the focus. */
  onClose: (gone: boolean) => void;
}

/** Everything by its name: pages, objects, certificates, what can be done. A combobox over one list. */
export default function Palette({ begin, onClose }: Props) {
  const { t } = useTexts();
  const [typed, type] = useState(begin);
  const { entries, stale, error } = useEntries(typed);
  const [wanted, want] = useState<string>();
  const waits = useRef(false); // Enter was pressed before the server had answered
  const take = useTake(onClose);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const at = Math.max(0, entries.findIndex((e) => e.id === wanted));
  const chosen = entries[at];

  useEffect(() => {
    if (!waits.current || stale) return;
    waits.current = false;
    if (chosen !== undefined) take(chosen);
  }, [stale, chosen, take]);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen?.id]);

  const write = (text: string) => {
    type(text);
    want(undefined);
    waits.current = false;
  };
  const press = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    const to: Record<string, number> = { ArrowDown: (at + 1) % entries.length, ArrowUp: (at - 1 + entries.length) % entries.length, PageDown: Math.min(entries.length - 1, at + 8), PageUp: Math.max(0, at - 8) };
    const next = to[e.key];
    if (next !== undefined && entries.length > 0) {
      e.preventDefault();
      want(entries[next]?.id);
    } else if (e.key === 'Enter') {
      e.preventDefault();
      if (chosen !== undefined && (!stale || wanted !== undefined)) take(chosen);
      else waits.current = stale;
    }
  };
  const document = read(typed).form === 'document';
  return (
    <Modal.Root opened onClose={() => onClose(false)} returnFocus={false} padding={0} size="lg" yOffset="10vh">
      <Modal.Overlay />
      <Modal.Content aria-label={t('palette:name')}>
        <div className={styles.field}>
          <Search size={16} aria-hidden />
          <input
            role="combobox" aria-expanded={entries.length > 0} aria-controls={`${id}-list`} aria-autocomplete="list" aria-activedescendant={chosen === undefined ? undefined : `${id}-${at}`}
            aria-label={t('palette:name')} placeholder={t('palette:placeholder')} className={styles.input} spellCheck={false} autoComplete="off" data-autofocus
            value={document ? t('palette:document') : typed} onChange={(e) => write(e.currentTarget.value)} onKeyDown={press}
            onPaste={(e) => {
              const text = e.clipboardData.getData('text/plain');
              if (read(text).form !== 'document') return;
              e.preventDefault();
              write(text);
            }}
          />
        </div>
        <div className="unseen" role="status">{stale ? '' : t('palette:count', { count: entries.length })}</div>
        <FaultBox fault={error} />
        {entries.length > 0 && (
          <ul ref={list} role="listbox" id={`${id}-list`} aria-label={t('palette:results')} className={styles.list}>
            {entries.map((e, i) => (
              <Row key={e.id} id={`${id}-${i}`} entry={e} chosen={i === at} onTake={() => take(e)} onPoint={() => want(e.id)} />
            ))}
          </ul>
        )}
        {entries.length === 0 && <Text p="md" c="dimmed">{t(stale ? 'palette:searching' : 'palette:none')}</Text>}
        <Text size="xs" c="dimmed" className={styles.foot}>{t('palette:help')}</Text>
      </Modal.Content>
    </Modal.Root>
  );
}

function Row({ id, entry, chosen, onTake, onPoint }: { id: string; entry: Entry; chosen: boolean; onTake: () => void; onPoint: () => void }) {
  return (
    <li id={id} role="option" aria-selected={chosen} className={styles.row} onMouseDown={(e) => e.preventDefault()} onMouseMove={chosen ? undefined : onPoint} onClick={onTake}>
      <entry.icon size={16} aria-hidden />
      <span className={styles.label}>{entry.label}</span>
      {entry.hint !== undefined && <span className={styles.hint}>{entry.hint}</span>}
      <span className={styles.sort}>{entry.sort}</span>
    </li>
  );
}

/** What is shown for a text: of nothing, what was used before and the pages. */
function useEntries(typed: string): { entries: Entry[]; stale: boolean; error: unknown } {
  const self = useSelf();
  const who = self.identity?.identifier ?? '';
  const [uses] = useState(() => usesOf(who));
  const [now] = useState(() => Date.now());
  const { data: kinds } = useQuery({ ...kindsQuery, enabled: can(self, 'configuration', 'see') });
  const local = useLocal();
  const saved = useSavedEntries();
  const text = typed.trim();
  const { found, stale, error } = useRemote(text, kinds ?? []);
  const entries = useMemo(() => {
    const form = read(text);
    const all = [...local, ...saved];
    if (form.form === 'nothing') return beginning(all, uses);
    if (form.form === 'verbs') return form.text === '' ? all.filter((e) => e.verb === true) : ranked(all.filter((e) => e.verb === true), [], form.text, uses, now);
    if (form.form === 'document') return stale ? [] : found;
    const more = found.filter((f) => !all.some((e) => e.id === f.id));
    return stale ? ranked([...all, ...more], [], text, uses, now) : ranked(all, more, text, uses, now);
  }, [text, local, saved, found, stale, uses, now]);
  return { entries: entries.slice(0, most), stale, error };
}

/** What was used last, and everything that leads to a page. What somebody has no right to any more is not among it. */
function beginning(all: Entry[], uses: Use[]): Entry[] {
  const last = uses.slice(0, recent).flatMap((u): Entry[] => {
    const known = all.find((e) => e.id === u.id);
    if (known !== undefined) return [known];
    return u.to === undefined || /^(page|kind|new|saved|key|copy|decode)\b/.test(u.id) ? [] : [{ ...u, to: u.to, icon: History }];
  });
  return [...last, ...all.filter((e) => e.verb !== true && !last.includes(e))];
}

/** Takes an entry: closes the palette first, so that what follows has the focus. */
function useTake(onClose: Props['onClose']): (entry: Entry) => void {
  const self = useSelf();
  const navigate = useNavigate();
  const who = self.identity?.identifier ?? '';
  return useCallback(
    (entry: Entry) => {
      keepUse(who, entry);
      onClose(entry.to !== undefined);
      void entry.run?.();
      if (entry.to !== undefined) void navigate({ to: entry.to, search: (entry.search ?? {}) as never });
    },
    [who, onClose, navigate],
  );
}
