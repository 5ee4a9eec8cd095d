import { Button, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';

import { api, bodyOf } from '@/api/client';
import { FaultBox } from '@/parts/FaultBox';

import { selfQuery, useSelf } from '../session';
import { useTexts } from '../texts';

/** Asks to sign in again over the page as it is. */
export default function Again() {
  const { t } = useTexts();
  const queries = useQueryClient();
  const { identity } = useSelf();
  const identifier = identity?.identifier ?? '';
  const login = useMutation({
    mutationFn: (password: string) => bodyOf(api.POST('/api/v1/security/principals/login', { body: { identifier, password } })),
    onSuccess: (who) => {
      queries.setQueryData(selfQuery.queryKey, who);
      void queries.invalidateQueries();
    },
  });
  const submit = (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    login.mutate(String(new FormData(e.currentTarget).get('password')));
  };
  const elsewhere = `/ui/sign-in?to=${encodeURIComponent(window.location.pathname.replace(/^\/ui/, '') + window.location.search)}`;
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false} title={t('common:session.over')}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{t('common:session.overHelp')}</Text>
          <FaultBox fault={login.error} />
          {identity?.identityProviderType === 'Local' && (
            <>
              <PasswordInput name="password" label={t('common:session.password', { identifier })} autoComplete="current-password" required withAsterisk={false} visibilityToggleButtonProps={{ 'aria-label': t('signin:show') }} />
              <Button type="submit" loading={login.isPending}>{t('common:session.again')}</Button>
            </>
          )}
          <Button component="a" variant="default" href={elsewhere}>{t('common:session.elsewhere')}</Button>
        </Stack>
      </form>
    </Modal>
  );
}
