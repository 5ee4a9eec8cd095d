import { Button, Group, Radio, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { PageButton } from '@/parts/links';
import { receipt } from '@/parts/Receipt';

import { createProfile, type Template } from './setup';

/** A profile from a template; everything else about it can be changed in the configuration. */
export function NewProfile({ connectors }: { connectors: string[] }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const [template, choose] = useState<Template>('web');
  const [name, setName] = useState('');
  const [connector, setConnector] = useState(connectors[0] ?? '');
  const create = useMutation({
    mutationFn: () => createProfile(template, name.trim(), connector),
    onSuccess: async (events) => {
      receipt(t('setup:profile.created', { name }), events);
      await queries.invalidateQueries();
    },
  });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm" mt="xs" maw={640}>
        <FaultBox fault={create.error} />
        <Radio.Group label={t('setup:profile.template')} value={template} onChange={(v) => choose(v as Template)}>
          <Group mt="xs">
            <Radio value="web" label={t('setup:profile.web')} />
            <Radio value="acme" label={t('setup:profile.acme')} />
          </Group>
        </Radio.Group>
        <Group align="end" gap="sm">
          <TextInput label={t('setup:profile.name')} value={name} onChange={(e) => setName(e.currentTarget.value)} required withAsterisk={false} maxLength={100} placeholder="web-servers" />
          <Select label={t('setup:profile.connector')} data={connectors} value={connector} onChange={(v) => setConnector(v ?? '')} allowDeselect={false} />
          <Button type="submit" loading={create.isPending}>{t('setup:profile.create')}</Button>
          <PageButton to={'/config/profile/new' as string} variant="default">{t('setup:profile.all')}</PageButton>
        </Group>
      </Stack>
    </form>
  );
}
