import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { receipt } from '@/parts/Receipt';

import styles from '../form/Requests.module.css';
import { decide, type Request } from '../wire';
import { shortName, type Row } from './subject';

/** Approve and Deny of one row, where the reader may; denying takes a note. */
export function RowActions({ row }: { row: Row }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const [denying, setDenying] = useState(false);
  const [note, setNote] = useState('');
  const settle = useMutation({
    mutationFn: (verb: 'approve' | 'deny') => decide(verb, row as Request, note.trim()),
    onSuccess: ({ events }, verb) => {
      setDenying(false);
      receipt(t(verb === 'approve' ? 'requests:decide.approved' : 'requests:decide.denied', { dn: shortName(row.dn) }), events);
      void queries.invalidateQueries({ queryKey: ['requests'] });
    },
  });
  if (row.permissions?.approve !== true) return null;
  const name = shortName(row.dn);
  return (
    <>
      <span className={styles.actions}>
        <button type="button" className={styles.act} disabled={settle.isPending} onClick={() => settle.mutate('approve')} aria-label={t('requests:decide.approveName', { name })}>{t('requests:decide.approve')}</button>
        <button type="button" className={styles.act} disabled={settle.isPending} onClick={() => setDenying(true)} aria-label={t('requests:decide.denyName', { name })}>{t('requests:decide.deny')}</button>
      </span>
      {!denying && <FaultBox fault={settle.error} />}
      {denying && (
        <Modal opened onClose={() => setDenying(false)} title={t('requests:decide.denyName', { name })} closeButtonProps={{ 'aria-label': t('common:close') }}>
          <Stack>
            <Textarea data-autofocus label={t('requests:decide.note')} value={note} onChange={(e) => setNote(e.currentTarget.value)} autosize minRows={2} maxLength={4000} />
            <FaultBox fault={settle.error} />
            <Group justify="end">
              <Button variant="default" onClick={() => setDenying(false)}>{t('common:cancel')}</Button>
              <Button color="red" loading={settle.isPending} onClick={() => settle.mutate('deny')}>{t('requests:decide.deny')}</Button>
            </Group>
          </Stack>
        </Modal>
      )}
    </>
  );
}
