import { Button, Divider, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useState, type FormEvent } from 'react';

import { api, ask, bodyOf } from '@/api/client';
import icon from '@/app/icon.svg';
import { selfQuery, type Self } from '@/app/session';
import { Announcements } from '@/app/shell/Announcements';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';

import { ForgottenPassword } from './ForgottenPassword';
import { NewPassword } from './NewPassword';
import styles from './SignIn.module.css';

/** The way in: password, identity providers, client certificate; and the change of a first password. */
export default function SignIn() {
  const { t } = useTexts();
  const router = useRouter();
  const queries = useQueryClient();
  const { to } = useSearch({ strict: false });
  const self = useQuery(selfQuery);
  const [lost, setLost] = useState(false);
  useEffect(() => {
    document.title = `${t('signin:title')} - Horizon`;
  }, [t]);

  const enter = (who: Self) => {
    queries.setQueryData(selfQuery.queryKey, who);
    if (who.mustChangePassword !== true) router.history.push(landing(to));
  };
  return (
    <div className={styles.ground}>
      <Announcements />
      <main className={styles.center}>
        <Paper withBorder p="xl" w="100%" maw={400}>
          <Stack>
            <img src={icon} alt="" width={40} height={40} />
            <Title order={1}>Horizon</Title>
            {self.data?.mustChangePassword === true ? (
              <NewPassword onDone={() => void queries.refetchQueries(selfQuery).then(() => router.history.push(landing(to)))} />
            ) : lost ? (
              <ForgottenPassword onBack={() => setLost(false)} />
            ) : (
              <>
                <PasswordForm onEntered={enter} onLost={() => setLost(true)} />
                <OtherWays to={landing(to)} onEntered={enter} />
              </>
            )}
          </Stack>
        </Paper>
      </main>
    </div>
  );
}

/** The address to go on to; only one of the console. */
function landing(to: string | undefined): string {
  return to !== undefined && /^\/(?![/\\])/.test(to) ? `/ui${to}` : '/ui/';
}

function PasswordForm({ onEntered, onLost }: { onEntered: (who: Self) => void; onLost: () => void }) {
  const { t } = useTexts();
  const login = useMutation({
    mutationFn: (body: { identifier: string; password: string }) => bodyOf(api.POST('/api/v1/security/principals/login', { body })),
    onSuccess: (who) => onEntered(who),
  });
  const submit = (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    const form = new FormData(e.currentTarget);
    login.mutate({ identifier: String(form.get('identifier')), password: String(form.get('password')) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <FaultBox fault={login.error} />
        <TextInput name="identifier" label={t('signin:identifier')} autoComplete="username" required withAsterisk={false} autoFocus />
        <PasswordInput name="password" label={t('signin:password')} autoComplete="current-password" required withAsterisk={false} visibilityToggleButtonProps={{ 'aria-label': t('signin:show') }} />
        <Button type="submit" loading={login.isPending}>
          {t('signin:enter')}
        </Button>
        <Button variant="subtle" type="button" onClick={onLost}>
          {t('signin:lost')}
        </Button>
      </Stack>
    </form>
  );
}

/** Identity providers are ways of the server: links, not calls. A client certificate is shown with every call, so a call tells whether it lets in. */
function OtherWays({ to, onEntered }: { to: string; onEntered: (who: Self) => void }) {
  const { t } = useTexts();
  const { data } = useQuery({
    queryKey: ['providers'],
    queryFn: () => bodyOf(api.GET('/api/v1/security/identity/providers/dynamic/enabled')),
  });
  const shown = useMutation({
    mutationFn: () => ask<Self>({ method: 'GET', path: '/api/v1/security/principals/authenticate' }),
    onSuccess: ({ body }) => onEntered(body),
  });
  const outside = (data ?? []).filter((p) => p.type === 'OpenId');
  const way = (more: Record<string, string>) => `/api/v1/security/principals/authenticate?${new URLSearchParams({ ...more, redirect: to }).toString()}`;
  return (
    <>
      <Divider label={<Text size="sm" c="dimmed">{t('signin:or')}</Text>} />
      {outside.map((p) => (
        <Button key={p.name} component="a" variant="default" href={way({ provider: p.name ?? '' })}>
          {t('signin:with', { name: p.name })}
        </Button>
      ))}
      <Button variant="default" loading={shown.isPending} onClick={() => shown.mutate()}>
        {t('signin:certificate')}
      </Button>
      <FaultBox fault={shown.error} />
      {shown.error !== null && <Text size="sm">{t('signin:noCertificate')}</Text>}
    </>
  );
}
