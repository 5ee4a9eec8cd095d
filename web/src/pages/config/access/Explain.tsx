import { Alert, Autocomplete, Group, List, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api, ask, bodyOf, type Schemas } from '@/api/client';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';

import styles from '../Config.module.css';

const pause = 300; // milliseconds after the last key, before it is asked
const complete = /^[^:\s]+(:[^:\s]+)+$/; // "area:object:verb"

/** What is asked: a right, and the labels and team of what it is used on. */
function questionOf(permission: string, team: string, labels: string): object {
  const pairs = labels.split(',').map((l) => l.split('=').map((x) => x.trim())).filter((p) => p.length === 2 && p[0] !== '');
  return { permission: permission.trim(), ...(team === '' ? {} : { team }), ...(pairs.length === 0 ? {} : { labels: Object.fromEntries(pairs) as Record<string, string> }) };
}

/** Why somebody may do something, or may not: which grants cover it, from which role, which filters hold. */
export default function Explain({ name }: { name?: string }) {
  const { t } = useTexts();
  const [permission, setPermission] = useState('');
  const [team, setTeam] = useState('');
  const [labels, setLabels] = useState('');
  const rights = useQuery({ queryKey: ['permissions'], staleTime: Infinity, queryFn: () => bodyOf(api.GET('/api/v1/security/permissions')) });
  const typed = JSON.stringify(questionOf(permission, team, labels));
  const [question] = useDebouncedValue(typed, pause);
  const whole = complete.test(permission.trim());
  const { data, error } = useQuery({
    queryKey: ['config', 'explain', name ?? '', question],
    enabled: whole && question === typed,
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const path = name === undefined ? '/api/v1/security/principals/explain' : `/api/v1/security/principalinfos/${encodeURIComponent(name)}/explain`;
      return (await ask<Schemas['Explanation']>({ method: 'POST', path, body: question, headers: { 'content-type': 'application/json' } })).body;
    },
  });
  return (
    <Stack maw={720}>
      <Stack gap="sm">
        <Autocomplete data-autofocus openOnFocus={false} label={t('config:explain.what')} description={t('config:explain.whatHelp')} data={[...new Set((rights.data ?? []).flatMap((r) => r.permission ?? []))]} limit={12} value={permission} onChange={setPermission} autoFocus={name !== undefined} />
        {permission.startsWith('lifecycle') && (
          <Group grow>
            <TextInput label={t('config:explain.team')} value={team} onChange={(e) => setTeam(e.currentTarget.value)} />
            <TextInput label={t('config:explain.labels')} placeholder="env=prod, app=pay" value={labels} onChange={(e) => setLabels(e.currentTarget.value)} />
          </Group>
        )}
      </Stack>
      <FaultBox fault={error} />
      {whole && data !== undefined && (
        <Alert color={data.allowed ? 'teal' : 'red'} variant="light" title={t(data.allowed ? 'config:explain.allowed' : 'config:explain.refused', { who: data.identifier })} role="status">
          <Text size="sm">{data.reason}</Text>
          {data.accessLevel !== undefined && data.accessLevel !== '' && <Text size="sm">{t('config:explain.level', { level: data.accessLevel })}</Text>}
          {(data.grants ?? []).length > 0 && (
            <>
              <Title order={3} mt="sm">{t('config:explain.grants')}</Title>
              <List size="sm" className={styles.values}>
                {(data.grants as { value?: string; role?: string; filter?: string; holds: boolean; reason: string }[]).map((g, i) => (
                  <List.Item key={i}>
                    <span className="mono">{g.value}</span> {g.role === undefined ? t('config:effective.own') : t('config:explain.byRole', { role: g.role })} {g.filter !== undefined && <span className="mono">{g.filter}</span>}: {t(g.holds ? 'config:explain.holds' : 'config:explain.holdsNot')} {g.reason}
                  </List.Item>
                ))}
              </List>
            </>
          )}
        </Alert>
      )}
    </Stack>
  );
}
