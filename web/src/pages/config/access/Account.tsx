import { Alert, Button, Checkbox, Code, Group, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { answerOf, api, bodyOf, type Answer } from '@/api/client';
import { useTexts } from '@/app/texts';
import { Copy } from '@/parts/Copy';
import { FaultBox } from '@/parts/FaultBox';
import { receipt } from '@/parts/Receipt';
import { When } from '@/parts/When';

/** The lock and the password of a local account. A generated password is shown once. */
export default function Account({ name, may }: { name: string; may: boolean }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const key = ['config', 'lock', name];
  const lock = useQuery({ queryKey: key, queryFn: () => bodyOf(api.GET('/api/v1/security/identity/locals/{identifier}/lock', { params: { path: { identifier: name } } })) });
  const [fault, setFault] = useState<unknown>();
  const [password, setPassword] = useState('');
  const [mustChange, setMustChange] = useState(true);
  const [made, setMade] = useState('');
  const act = async (work: () => Promise<Answer<unknown>>, said: string) => {
    setFault(undefined);
    try {
      const { events } = await work();
      receipt(said, events);
      await queries.invalidateQueries({ queryKey: key });
    } catch (thrown) {
      setFault(thrown);
    }
  };
  const generate = async () => {
    try {
      const text = await bodyOf(api.POST('/api/v1/security/identity/locals/generate-password'));
      setPassword(text);
      setMade(text);
    } catch (thrown) {
      setFault(thrown);
    }
  };
  const set = () => act(() => answerOf(api.PATCH('/api/v1/security/identity/locals', { body: { identifier: name, password, mustChangePassword: mustChange } })), t('config:account.set', { name })).then(() => setPassword(''));
  const unlock = () => act(() => answerOf(api.DELETE('/api/v1/security/identity/locals/{identifier}/lock', { params: { path: { identifier: name } } })), t('config:account.unlocked', { name }));
  const link = () => act(() => answerOf(api.GET('/api/v1/security/identity/locals/password/{identifier}', { params: { path: { identifier: name } } })), t('config:account.sent', { name }));
  const state = lock.data;
  return (
    <Stack maw={640}>
      <FaultBox fault={fault ?? lock.error} />
      <section>
        <Title order={2}>{t('config:account.lock')}</Title>
        {state !== undefined && (
          <Stack gap="xs">
            <Text size="sm">{state.locked ? <>{t('config:account.locked')} {state.lockedUntil !== undefined && <When at={state.lockedUntil} as="full" />}</> : t('config:account.open')}</Text>
            <Text size="sm" c="dimmed">{t('config:account.failures', { count: state.failures ?? 0 })}</Text>
            {state.lastAuthentication !== undefined && state.lastAuthentication > 0 && <Text size="sm" c="dimmed">{t('config:account.last')} <When at={state.lastAuthentication} as="full" /></Text>}
            {may && (state.locked || (state.failures ?? 0) > 0) && <Button variant="default" w="fit-content" onClick={() => void unlock()}>{t('config:account.unlock')}</Button>}
          </Stack>
        )}
      </section>
      {may && (
        <section>
          <Title order={2}>{t('config:account.password')}</Title>
          <Stack gap="sm">
            <Group align="end" gap="sm">
              <PasswordInput flex={1} label={t('config:account.new')} value={password} onChange={(e) => { setPassword(e.currentTarget.value); setMade(''); }} autoComplete="new-password" visibilityToggleButtonProps={{ 'aria-label': t('config:secret.show') }} />
              <Button variant="default" onClick={() => void generate()}>{t('config:account.generate')}</Button>
            </Group>
            {made !== '' && (
              <Alert color="accent" variant="light" title={t('config:account.once')}>
                <Group gap="sm"><Code>{made}</Code><Copy text={made} /></Group>
              </Alert>
            )}
            <Checkbox label={t('config:account.mustChange')} checked={mustChange} onChange={(e) => setMustChange(e.currentTarget.checked)} />
            <Group gap="sm">
              <Button onClick={() => void set()} disabled={password === ''}>{t('config:account.setVerb')}</Button>
              <Button variant="default" onClick={() => void link()}>{t('config:account.send')}</Button>
            </Group>
          </Stack>
        </section>
      )}
    </Stack>
  );
}
