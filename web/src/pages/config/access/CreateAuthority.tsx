import { Button, Group, Modal, NativeSelect, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { answerOf, api } from '@/api/client';
import { useTexts } from '@/app/texts';
import { CallShown } from '@/parts/ApiCall';
import { escaped } from '@/parts/dn';
import { FaultBox } from '@/parts/FaultBox';

import type { Authority } from './Authorities';
import { OperationForm } from './OperationForm';
import { useAct } from './useAct';

const keyTypes = ['ec-secp256r1', 'ec-secp384r1', 'ec-secp521r1', 'rsa-3072', 'rsa-4096', 'ed-25519'];

/** A root with an authority below it that issues, in one step; or one authority with everything said about it. */
export function CreateAuthority({ all, onClose }: { all: Authority[]; onClose: () => void }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const { act, fault, busy } = useAct();
  const [how, setHow] = useState<string>(all.length === 0 ? 'pair' : 'below');
  const [name, setName] = useState('');
  const [organization, setOrganization] = useState('');
  const [keyType, setKeyType] = useState(keyTypes[0] ?? '');
  const [detailed, setDetailed] = useState(false);
  const [parent, setParent] = useState(all.find((a) => (a.pathLength ?? 1) !== 0)?.name ?? '');
  const parents = all.filter((a) => a.pathLength !== 0).map((a) => a.name ?? '');
  const add = (body: Record<string, unknown>) => act(() => answerOf(api.POST('/api/v1/authorities', { body: body as { name: string } })), (a) => t('config:ca.created', { name: a.name }));
  const open = (which: string) => void navigate({ to: '/config/authorities/$name', params: { name: which } });
  if (detailed) {
    return (
      <OperationForm
        title={t('config:ca.create')}
        verb={t('config:ca.create')}
        body="CreateInBody"
        call={{ method: 'POST', path: '/api/v1/authorities' }}
        first={{ name, ...(how === 'below' ? { parent } : {}), keyType }}
        onClose={onClose}
        onSubmit={async (body) => {
          const { body: made } = await answerOf(api.POST('/api/v1/authorities', { body: body as { name: string } }));
          open(made.name ?? '');
        }}
      />
    );
  }
  const dn = (cn: string) => (organization === '' ? {} : { subject: `CN=${escaped(cn)},O=${escaped(organization)}` });
  const root = `${name}-root`;
  const pair = [...(all.some((a) => a.name === root) ? [] : [{ name: root, keyType, ...dn(`${name} Root CA`) }]), { name, parent: root, keyType, ...dn(`${name} Issuing CA`) }];
  const made = how === 'pair' ? pair : [{ name, keyType, ...(how === 'below' ? { parent } : {}), ...dn(name) }];
  const go = async (e: React.FormEvent) => {
    e.preventDefault();
    for (const one of made) if ((await add(one)) === undefined) return;
    open(name);
  };
  return (
    <Modal opened onClose={onClose} title={t('config:ca.create')} size="lg" closeButtonProps={{ 'aria-label': t('common:close') }}>
      <form onSubmit={(e) => void go(e)}>
        <Stack>
          <FaultBox fault={fault} />
          <SegmentedControl
            aria-label={t('config:ca.how')}
            value={how}
            onChange={setHow}
            data={['pair', 'root', ...(parents.length > 0 ? ['below'] : [])].map((value) => ({ value, label: t(`config:ca.hows.${value}`) }))}
          />
          <Text size="sm" c="dimmed">{t(`config:ca.howHelp.${how}`)}</Text>
          <TextInput label={t('config:ca.name')} data-autofocus value={name} onChange={(e) => setName(e.currentTarget.value)} autoComplete="off" />
          <TextInput label={`${t('config:ca.organization')} ${t('config:optional')}`} value={organization} onChange={(e) => setOrganization(e.currentTarget.value)} autoComplete="off" />
          {how === 'below' && <NativeSelect label={t('config:ca.parent')} data={parents} value={parent} onChange={(e) => setParent(e.currentTarget.value)} />}
          <NativeSelect label={t('config:ca.key')} data={keyTypes} value={keyType} onChange={(e) => setKeyType(e.currentTarget.value)} maw={220} />
          {name !== '' && how === 'pair' && <Text size="sm">{t('config:ca.result', { root, name })}</Text>}
          {name !== '' && <CallShown call={made.map((body) => ({ method: 'POST', path: '/api/v1/authorities', body }))} />}
          <Group justify="space-between">
            {how === 'pair' ? <span /> : <Button variant="subtle" onClick={() => setDetailed(true)}>{t('config:ca.detailed')}</Button>}
            <Button type="submit" loading={busy} disabled={name === ''}>{t('config:ca.create')}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
