import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';

import { useTexts } from '@/app/texts';
import { CallShown, type ShownCall } from '@/parts/ApiCall';
import { FaultBox } from '@/parts/FaultBox';

interface Props {
  title: string;
  verb: string;
  children: ReactNode;
  /** What it asks of the API. */
  call: ShownCall;
  /** A name that has to be typed, for what cannot be taken back and carries much. */
  typed?: string;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

/** The one dialog before something that cannot be undone: its consequence, its verb, and the focus on Cancel. */
export function Confirm({ title, verb, children, call, typed, onConfirm, onClose }: Props) {
  const { t } = useTexts();
  const [text, setText] = useState('');
  const [fault, setFault] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch (thrown) {
      setFault(thrown);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Stack>
        <FaultBox fault={fault} />
        <Text component="div">{children}</Text>
        {typed !== undefined && <TextInput label={t('config:confirm.type', { name: typed })} value={text} onChange={(e) => setText(e.currentTarget.value)} autoComplete="off" />}
        <CallShown call={call} />
        <Group justify="end">
          <Button variant="default" onClick={onClose} data-autofocus>{t('common:cancel')}</Button>
          <Button color="red" onClick={() => void go()} loading={busy} disabled={typed !== undefined && typed !== text}>{verb}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
