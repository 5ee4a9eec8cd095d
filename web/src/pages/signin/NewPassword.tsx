import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';

import { answerOf, api } from '@/api/client';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { receipt } from '@/parts/Receipt';

/** Sets a password of one's own, as is asked for at the first visit. */
export function NewPassword({ onDone }: { onDone: () => void }) {
  const { t } = useTexts();
  const change = useMutation({
    mutationFn: (body: { current: string; new: string }) => answerOf(api.PATCH('/api/v1/security/principals/password', { body })),
    onSuccess: ({ events }) => {
      receipt(t('signin:changed'), events);
      onDone();
    },
  });
  const submit = (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    const form = new FormData(e.currentTarget);
    change.mutate({ current: String(form.get('current')), new: String(form.get('new')) });
  };
  const eye = { 'aria-label': t('signin:show') };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t('signin:mustChange')}</Text>
        <FaultBox fault={change.error} />
        <PasswordInput name="current" label={t('signin:current')} autoComplete="current-password" required withAsterisk={false} visibilityToggleButtonProps={eye} />
        <PasswordInput name="new" label={t('signin:new')} autoComplete="new-password" required withAsterisk={false} visibilityToggleButtonProps={eye} />
        <Button type="submit" loading={change.isPending}>
          {t('signin:change')}
        </Button>
      </Stack>
    </form>
  );
}
