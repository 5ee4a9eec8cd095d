import { Button, Group, Modal, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';

import { useTexts } from '@/app/texts';

/** Asks before the page is left, when something would be lost by that; what a draft keeps is not lost. */
export function Leaving({ losable }: { losable: () => boolean }) {
  const { t } = useTexts();
  const blocker = useBlocker({ shouldBlockFn: ({ current, next }) => losable() && current.pathname !== next.pathname, withResolver: true, enableBeforeUnload: losable });
  if (blocker.status !== 'blocked') return null;
  return (
    <Modal opened onClose={blocker.reset} title={t('config:leave.title')} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Text mb="md">{t('config:leave.text')}</Text>
      <Group justify="end">
        <Button variant="default" onClick={blocker.reset} data-autofocus>{t('config:leave.stay')}</Button>
        <Button onClick={blocker.proceed}>{t('config:leave.go')}</Button>
      </Group>
    </Modal>
  );
}
