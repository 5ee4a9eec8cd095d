import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Call } from '@/api/client';
import { useTexts } from '@/app/texts';
import { CallShown } from '@/parts/ApiCall';
import { FaultBox } from '@/parts/FaultBox';

interface Props {
  title: string;
  /** The verb on the button. */
  verb: string;
  /** What the button says while the answer is awaited. */
  doing: string;
  danger?: boolean;
  ready?: boolean;
  busy: boolean;
  fault: unknown;
  /** What it asks of the API, without secrets; not there while it is not known. */
  call?: Pick<Call, 'method' | 'path' | 'body'> | undefined;
  onGo: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** One decision about a certificate: what, its consequence, and a button with the verb on it. */
export function Dialog({ title, verb, doing, danger = false, ready = true, busy, fault, call, onGo, onClose, children }: Props) {
  const { t } = useTexts();
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeButtonProps={{ 'aria-label': t('common:close') }}>
      <form onSubmit={(e) => { e.preventDefault(); if (ready && !busy) onGo(); }}>
        <Stack>
          {children}
          <FaultBox fault={fault} />
          {call !== undefined && <CallShown call={call} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose} data-autofocus>{t('common:cancel')}</Button>
            <Button type="submit" color={danger ? 'red' : undefined} disabled={!ready} aria-disabled={!ready || busy}>{busy ? doing : verb}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
