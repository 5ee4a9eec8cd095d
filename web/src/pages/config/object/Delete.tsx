import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { ask } from '@/api/client';
import { useTexts } from '@/app/texts';
import { CallShown } from '@/parts/ApiCall';
import { FaultBox } from '@/parts/FaultBox';
import { receipt } from '@/parts/Receipt';

import { itemQuery, titleOf, usesQuery, type Kind } from '../model/kinds';
import { forget } from '../model/draft';
import { refresh, switchOn } from './changes';
import { Replace } from './Replace';
import { UseList } from './Uses';

interface Props {
  kind: Kind;
  name: string;
  onClose: () => void;
  onDeleted?: () => void;
}

/** Deletes what nothing refers to. Where something does, it says what, and offers to disable instead. */
export function Delete({ kind, name, onClose, onDeleted }: Props) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const uses = useQuery({ ...usesQuery(kind, name), staleTime: 0 });
  const item = useQuery(itemQuery(kind, name));
  const [fault, setFault] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const used = (uses.data?.usedBy.length ?? 0) + (uses.data?.hidden ?? 0) > 0 && (uses.data?.usedBy.length ?? 0) > 0;
  const counts = Object.entries(uses.data?.counts ?? {}).filter(([, n]) => n > 0);
  const remove = async () => {
    setBusy(true);
    try {
      const { events } = await ask({
        method: 'DELETE',
        path: `${kind.path}/${encodeURIComponent(name)}`,
        headers: item.data === undefined || item.data.revision === '' ? {} : { 'if-match': item.data.revision },
      });
      forget(`${kind.kind}/${name}`);
      receipt(t('config:delete.done', { name }), events);
      onDeleted?.();
      onClose();
      await refresh(queries);
    } catch (thrown) {
      setFault(thrown);
      setBusy(false);
    }
  };
  const disable = async () => {
    onClose();
    await switchOn(queries, kind, name, false);
  };
  return (
    <Modal opened onClose={onClose} size="lg" title={t('config:delete.title', { name })} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Stack>
        <FaultBox fault={fault ?? uses.error} />
        {used ? <Text>{t('config:delete.used', { kind: titleOf(kind, true).toLowerCase() })}</Text> : <Text>{t('config:delete.final')}</Text>}
        {used && <UseList uses={uses.data?.usedBy ?? []} />}
        {used && !kind.upsert && <Replace kind={kind} name={name} />}
        {counts.map(([facts, count]) => (
          <Text key={facts} size="sm">
            {t('config:uses.facts', { count, facts: t(`config:uses.${facts}`, { count, defaultValue: facts }) })}
          </Text>
        ))}
        {!used && <CallShown call={{ method: 'DELETE', path: `${kind.path}/${encodeURIComponent(name)}` }} />}
        <Group justify="end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('common:cancel')}
          </Button>
          {used && item.data?.item.enabled === true && (
            <Button variant="default" onClick={() => void disable()}>
              {t('config:delete.disable')}
            </Button>
          )}
          <Button color="red" onClick={() => void remove()} loading={busy} disabled={uses.isPending || used}>
            {t('config:delete.button', { kind: titleOf(kind, true).toLowerCase() })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
