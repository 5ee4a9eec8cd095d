import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';

import { api, bodyOf } from '@/api/client';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';

/** Asks for a link to set a new password; the answer does not tell whether there is such an account. */
export function ForgottenPassword({ onBack }: { onBack: () => void }) {
  const { t } = useTexts();
  const asked = useMutation({
    mutationFn: (identifier: string) => bodyOf(api.GET('/api/v1/security/identity/locals/password/{identifier}', { params: { path: { identifier } } })),
  });
  const submit = (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    asked.mutate(String(new FormData(e.currentTarget).get('identifier')));
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <FaultBox fault={asked.error} />
        {asked.isSuccess ? (
          <Text role="status">{t('signin:sent')}</Text>
        ) : (
          <>
            <Text>{t('signin:lostHelp')}</Text>
            <TextInput name="identifier" label={t('signin:identifier')} autoComplete="username" required withAsterisk={false} autoFocus />
            <Button type="submit" loading={asked.isPending}>
              {t('signin:send')}
            </Button>
          </>
        )}
        <Button variant="subtle" type="button" onClick={onBack}>
          {t('signin:back')}
        </Button>
      </Stack>
    </form>
  );
}
