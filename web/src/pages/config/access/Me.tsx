import { Badge, Button, Group, List, NativeSelect, Paper, PasswordInput, SegmentedControl, Stack, Switch, Text, Title, useMantineColorScheme } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { answerOf, api } from '@/api/client';
import { Waiting } from '@/app/edges';
import { languages, speak, spoken, type Language } from '@/app/language';
import { prefer, usePreferences, useSelf, type Preferences } from '@/app/session';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';
import { receipt } from '@/parts/Receipt';

import { displayName } from '../model/facts';
import { fieldTexts } from '../model/words';
import Explain from './Explain';
import Sessions from './Sessions';

/** What is one's own: rights, teams, preferences, password, sessions. */
export default function Me() {
  const { t } = useTexts();
  const self = useSelf();
  const words = useQuery(fieldTexts(spoken()));
  if (words.isPending) return <Waiting />;
  return (
    <Page title={t('config:me.title')} narrow>
      <Stack>
        <Paper withBorder p="md" component="section" aria-label={t('config:me.who')}>
          <Title order={2}>{self.identity?.name ?? self.identity?.identifier}</Title>
          <Text size="sm" c="dimmed">{[self.identity?.identifier, self.identity?.email, self.identity?.identityProviderName].filter((x) => x !== undefined && x !== '').join(' · ')}</Text>
          <Text size="sm" mt="xs">{t('config:people.roles')}: {(self.roles ?? []).length === 0 ? '–' : self.roles?.join(', ')}</Text>
          <Text size="sm" component="div">
            {t('config:people.teams')}: {(self.teamInfos ?? []).length === 0 ? '–' : self.teamInfos?.map((team) => <span key={team.name}>{displayName(team as never, spoken()) || team.name}{team.manager === true && <Badge ml={4} variant="default">{t('config:me.manager')}</Badge>} </span>)}
          </Text>
          <List size="sm" mt="xs">{(self.permissions ?? []).map((p, i) => <List.Item key={i}><span className="mono">{p.value}</span> {p.filter !== undefined && <span className="mono muted">{p.filter}</span>}</List.Item>)}</List>
        </Paper>
        <Likes />
        {self.identity?.identityProviderType === 'Local' && <Password />}
        <section><Title order={2} mb="xs">{t('config:tabs.sessions')}</Title><Sessions may /></section>
        <section><Title order={2} mb="xs">{t('config:me.explain')}</Title><Explain /></section>
      </Stack>
    </Page>
  );
}

function Likes() {
  const { t } = useTexts();
  const queries = useQueryClient();
  const p = usePreferences();
  const { setColorScheme } = useMantineColorScheme();
  const keep = (changed: Preferences) => void prefer(queries, changed).catch(() => receipt(t('common:preferences.unkept')));
  return (
    <Paper withBorder p="md" component="section" aria-label={t('config:me.preferences')}>
      <Stack gap="sm">
        <Title order={2}>{t('config:me.preferences')}</Title>
        <NativeSelect maw={240} label={t('common:language')} value={spoken()} data={languages.map((l) => ({ value: l, label: t(`common:languages.${l}`) }))} onChange={(e) => { const language = e.currentTarget.value as Language; void speak(language); keep({ language }); }} />
        <div>
          <Text size="sm" fw={600} mb={4}>{t('common:appearance.title')}</Text>
          <SegmentedControl aria-label={t('common:appearance.title')} value={p.appearance ?? 'auto'} data={['light', 'dark', 'auto'].map((value) => ({ value, label: t(`common:appearance.${value}`) }))} onChange={(value) => { const appearance = value as 'light' | 'dark' | 'auto'; setColorScheme(appearance); keep({ appearance }); }} />
        </div>
        <div>
          <Text size="sm" fw={600} mb={4}>{t('config:me.density')}</Text>
          <SegmentedControl aria-label={t('config:me.density')} value={p.density ?? 'compact'} data={['compact', 'comfortable'].map((value) => ({ value, label: t(`config:me.densities.${value}`) }))} onChange={(value) => keep({ density: value as 'compact' | 'comfortable' })} />
        </div>
        <Switch label={t('config:me.utc')} checked={p.utc === true} onChange={(e) => keep({ utc: e.currentTarget.checked })} />
        <Switch label={t('config:me.plainKeys')} checked={p.plainKeys !== true} onChange={(e) => keep({ plainKeys: !e.currentTarget.checked })} />
      </Stack>
    </Paper>
  );
}

function Password() {
  const { t } = useTexts();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [fault, setFault] = useState<unknown>();
  const change = async (e: React.FormEvent) => {
    e.preventDefault();
    setFault(undefined);
    try {
      const { events } = await answerOf(api.PATCH('/api/v1/security/principals/password', { body: { current, new: next } }));
      receipt(t('signin:changed'), events);
      setCurrent('');
      setNext('');
    } catch (thrown) {
      setFault(thrown);
    }
  };
  const show = { 'aria-label': t('config:secret.show') };
  return (
    <Paper withBorder p="md" component="section" aria-label={t('config:account.password')}>
      <form onSubmit={(e) => void change(e)}>
        <Stack gap="sm">
          <Title order={2}>{t('config:account.password')}</Title>
          <FaultBox fault={fault} />
          <Group grow align="start">
            <PasswordInput label={t('signin:current')} value={current} onChange={(e) => setCurrent(e.currentTarget.value)} autoComplete="current-password" visibilityToggleButtonProps={show} />
            <PasswordInput label={t('signin:new')} value={next} onChange={(e) => setNext(e.currentTarget.value)} autoComplete="new-password" visibilityToggleButtonProps={show} />
          </Group>
          <Button type="submit" w="fit-content" disabled={current === '' || next === ''}>{t('signin:change')}</Button>
        </Stack>
      </form>
    </Paper>
  );
}
