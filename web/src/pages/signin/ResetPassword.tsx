import { Anchor, Button, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState, type FormEvent } from 'react';

import { api, bodyOf } from '@/api/client';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';

import styles from './SignIn.module.css';

/** Where the link of a reset mail leads. The secret stands behind #, so that it reaches no log. */
export default function ResetPassword() {
  const { t } = useTexts();
  const [uuid] = useState(() => window.location.hash.slice(1));
  const reset = useMutation({
    mutationFn: (password: string) => bodyOf(api.POST('/api/v1/security/identity/locals/password', { body: { uuid, password } })),
  });
  useEffect(() => {
    document.title = `${t('signin:resetTitle')} - Horizon`;
    window.history.replaceState(null, '', window.location.pathname); // the link is not left in the address bar
  }, [t]);
  const submit = (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    reset.mutate(String(new FormData(e.currentTarget).get('new')));
  };
  return (
    <div className={styles.ground}>
      <main className={styles.center}>
        <Paper withBorder p="xl" w="100%" maw={400}>
          <Stack>
            <Title order={1}>{t('signin:resetTitle')}</Title>
            <FaultBox fault={reset.error} />
            {reset.isSuccess ? (
              <Text role="status">{t('signin:changed')}</Text>
            ) : (
              <form onSubmit={submit}>
                <Stack>
                  <PasswordInput name="new" label={t('signin:new')} autoComplete="new-password" required withAsterisk={false} visibilityToggleButtonProps={{ 'aria-label': t('signin:show') }} autoFocus />
                  <Button type="submit" loading={reset.isPending}>
                    {t('signin:change')}
                  </Button>
                </Stack>
              </form>
            )}
            <Anchor component={Link} to="/sign-in">
              {t('signin:toSignIn')}
            </Anchor>
          </Stack>
        </Paper>
      </main>
    </div>
  );
}
