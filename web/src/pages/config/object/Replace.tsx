import { Button, Group, Paper, Select, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { ask } from '@/api/client';
import { useTexts } from '@/app/texts';
import { CallShown } from '@/parts/ApiCall';
import { FaultBox } from '@/parts/FaultBox';
import { receipt } from '@/parts/Receipt';

import styles from '../Config.module.css';
import { itemsQuery, keyOf, titleOf, useKinds, type Kind } from '../model/kinds';
import { textOfDifference } from '../model/differences';
import { useWords } from '../model/words';
import type { Difference } from '../model/values';
import { refresh } from './changes';

interface Substituted {
  dryRun: boolean;
  objects: { kind: string; title: string; key: string; changes: Difference[] }[];
}

/** Makes everything that uses an object use another one: what would change is shown first. */
export function Replace({ kind, name }: { kind: Kind; name: string }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const kinds = useKinds();
  const words = useWords();
  const items = useQuery(itemsQuery(kind));
  const [other, choose] = useState<string | null>(null);
  const [seen, setSeen] = useState<Substituted>();
  const [fault, setFault] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const path = `${kind.path}/${encodeURIComponent(name)}/replace`;
  const send = async (dryRun: boolean) => {
    setBusy(true);
    setFault(undefined);
    try {
      const { body, events } = await ask<Substituted>({ method: 'POST', path: dryRun ? `${path}?dryRun=true` : path, body: { with: other } });
      if (dryRun) setSeen(body);
      else {
        receipt(t('forms:replace.done', { name, other, count: body.objects.length }), events);
        await refresh(queries);
      }
    } catch (thrown) {
      setFault(thrown);
    } finally {
      setBusy(false);
    }
  };
  const options = (items.data ?? []).map((i) => keyOf(kind, i)).filter((k) => k !== name);
  return (
    <Paper withBorder p="md" component="section" aria-label={t('forms:replace.title')}>
      <Stack gap="sm">
        <Group align="end" gap="sm" wrap="nowrap">
          <Select
            flex={1}
            label={t('forms:replace.title')}
            data={options}
            value={other}
            searchable
            placeholder={t('config:choose')}
            nothingFoundMessage={t('config:ref.nothing')}
            onChange={(next) => {
              choose(next);
              setSeen(undefined);
            }}
          />
          <Button variant="default" onClick={() => void send(true)} disabled={other === null} loading={busy && seen === undefined}>{t('forms:replace.look')}</Button>
        </Group>
        <FaultBox fault={fault} />
        {seen !== undefined && (
          <>
            <ul className={styles.changes} aria-label={t('forms:replace.changes')}>
              {seen.objects.map((o) => {
                const of = kinds.find((k) => k.kind === o.kind);
                return (
                  <li key={`${o.kind}/${o.key}`}>
                    <Text size="sm">
                      <span className="muted">{of === undefined ? o.title : titleOf(of, true)}</span> <strong>{o.key}</strong>: {o.changes.map((c) => textOfDifference(c, words, t)).join('; ')}
                    </Text>
                  </li>
                );
              })}
            </ul>
            <p className="unseen" role="status">{t('forms:replace.verb', { count: seen.objects.length })}</p>
            <CallShown call={{ method: 'POST', path, body: { with: other } }} />
            <Button w="fit-content" onClick={() => void send(false)} loading={busy}>{t('forms:replace.verb', { count: seen.objects.length })}</Button>
          </>
        )}
      </Stack>
    </Paper>
  );
}
