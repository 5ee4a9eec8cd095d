import { Button, Group, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { PageButton } from '@/parts/links';
import { receipt } from '@/parts/Receipt';

import { setupQuery } from './query';
import { createIssuer } from './setup';

/** A CA of one's own in one step: a name in, root and issuing CA out. */
export function NewIssuer() {
  const { t } = useTexts();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const create = useMutation({
    mutationFn: createIssuer,
    onSuccess: (events) => receipt(t('setup:issuer.created', { name }), events),
    onSettled: () => queries.invalidateQueries({ queryKey: setupQuery.queryKey }),
  });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    create.mutate(name.trim());
  };
  return (
    <form onSubmit={submit}>
      <FaultBox fault={create.error} />
      <Group align="end" gap="sm" mt="xs">
        <TextInput label={t('setup:issuer.name')} description={t('setup:issuer.help')} value={name} onChange={(e) => setName(e.currentTarget.value)} required withAsterisk={false} maxLength={100} placeholder="internal" />
        <Button type="submit" loading={create.isPending}>{t('setup:issuer.create')}</Button>
        <PageButton to={'/config/pki-connector/new' as string} variant="default">{t('setup:issuer.connect')}</PageButton>
      </Group>
    </form>
  );
}
