import { Anchor, Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { answerOf, api, bodyOf } from '@/api/client';
import { Waiting } from '@/app/edges';
import { useHolds } from '@/app/rights';
import { useTexts } from '@/app/texts';
import { Copy } from '@/parts/Copy';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';
import { When } from '@/parts/When';

import type { Authority } from './Authorities';
import { Confirm } from './Confirm';
import { OperationForm } from './OperationForm';
import { useAct } from './useAct';

/** One authority: its certificates, its revocation list, what it issues with, and what can be done with it. */
export default function AuthorityPage() {
  const { t } = useTexts();
  const navigate = useNavigate();
  const { name } = useParams({ from: '/shell/config/authorities/$name' });
  const may = useHolds('configuration:pki:authority:manage');
  const { act, fault, busy } = useAct();
  const [dialog, setDialog] = useState<'renew' | 'settings' | 'delete'>();
  const path = { params: { path: { name } } };
  const { data, error } = useQuery({ queryKey: ['config', 'authority', name], queryFn: () => bodyOf(api.GET('/api/v1/authorities/{name}', path)) });
  if (error !== null) return <Page title={name} section={t('config:pages.authorities')}><FaultBox fault={error} /></Page>;
  if (data === undefined) return <Waiting />;
  const rebuild = () => act(() => answerOf(api.POST('/api/v1/authorities/{name}/crl', path)), () => t('config:ca.rebuilt', { name }));
  const close = () => setDialog(undefined);
  const url = `/api/v1/authorities/${encodeURIComponent(name)}`;
  return (
    <Page
      title={name}
      section={t('config:pages.authorities')}
      actions={
        may && (
          <>
            <Button variant="default" onClick={() => void rebuild()} loading={busy}>{t('config:ca.rebuild')}</Button>
            <Button variant="default" onClick={() => setDialog('renew')}>{t('config:ca.renew')}</Button>
            <Button variant="default" onClick={() => setDialog('delete')}>{t('config:delete.verb')}</Button>
          </>
        )
      }
    >
      <Stack maw={1040}>
        <FaultBox fault={fault} />
        <Group gap="sm">
          <Text>{data.dn} · {data.keyType}</Text>
          {data.parent !== undefined && data.parent !== '' && <Anchor component={Link} to={`/config/authorities/${encodeURIComponent(data.parent)}`} inherit>{t('config:ca.below')} {data.parent}</Anchor>}
        </Group>
        <Settings of={data} onEdit={may ? () => setDialog('settings') : undefined} />
        <Title order={2}>{t('config:ca.generations')}</Title>
        {[...(data.generations ?? [])].reverse().map((g) => <Generation key={g.generation} of={g} />)}
      </Stack>
      {dialog === 'settings' && (
        <OperationForm
          title={t('config:ca.settings')}
          verb={t('config:save')}
          body="AuthoritySettingsIn"
          call={{ method: 'PUT', path: `${url}/settings` }}
          first={{ ...data.settings }}
          onClose={close}
          onSubmit={async (body) => {
            const done = await answerOf(api.PUT('/api/v1/authorities/{name}/settings', { ...path, body }));
            await act(() => Promise.resolve(done), () => t('config:ca.settled', { name }));
            close();
          }}
        />
      )}
      {dialog === 'renew' && (
        <OperationForm
          title={t('config:ca.renewTitle', { name })}
          verb={t('config:ca.renew')}
          body="RenewInBody"
          call={{ method: 'POST', path: `${url}/renew` }}
          first={{ sameKey: true }}
          onClose={close}
          onSubmit={async (body) => {
            const done = await answerOf(api.POST('/api/v1/authorities/{name}/renew', { ...path, body }));
            await act(() => Promise.resolve(done), () => t('config:ca.renewed', { name }));
            close();
          }}
        />
      )}
      {dialog === 'delete' && (
        <Confirm
          title={t('config:delete.title', { name })}
          verb={t('config:ca.delete')}
          typed={name}
          call={{ method: 'DELETE', path: url }}
          onClose={close}
          onConfirm={async () => {
            const done = await answerOf(api.DELETE('/api/v1/authorities/{name}', path));
            await navigate({ to: '/config/authorities' });
            await act(() => Promise.resolve(done), () => t('config:delete.done', { name }));
          }}
        >
          {t('config:ca.deleteHelp', { count: data.issued ?? 0 })}
        </Confirm>
      )}
    </Page>
  );
}

function Settings({ of, onEdit }: { of: Authority; onEdit: (() => void) | undefined }) {
  const { t } = useTexts();
  const s = of.settings;
  const rows = [
    [t('config:ca.lifetime'), s?.certificateLifetime],
    [t('config:ca.backDate'), s?.backDate],
    [t('config:ca.crlLifetime'), s?.crlLifetime],
    [t('config:ca.usages'), s?.extKeyUsages?.join(', ')],
    [t('config:ca.policies'), s?.certificatePolicies?.join(', ')],
    [t('config:ca.issued'), String(of.issued ?? 0)],
  ];
  return (
    <Paper withBorder p="md" component="section" aria-label={t('config:ca.settings')}>
      <Group justify="space-between" mb="xs">
        <Title order={2}>{t('config:ca.settings')}</Title>
        {onEdit !== undefined && <Button size="xs" variant="default" onClick={onEdit}>{t('config:ca.change')}</Button>}
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
        {rows.map(([label, value]) => (
          <div key={label}><Text size="xs" c="dimmed">{label}</Text><Text size="sm">{value === undefined || value === '' ? '–' : value}</Text></div>
        ))}
      </SimpleGrid>
    </Paper>
  );
}

function Generation({ of }: { of: NonNullable<Authority['generations']>[number] }) {
  const { t } = useTexts();
  const crl = of.crl as { number?: string | number; thisUpdate?: number; nextUpdate?: number; entries?: number } | undefined;
  return (
    <Paper withBorder p="md" component="section" aria-label={t('config:ca.generation', { number: of.generation })}>
      <Stack gap={4}>
        <Text fw={600}>{t('config:ca.generation', { number: of.generation })}</Text>
        <Text size="sm"><When at={of.notBefore ?? 0} /> – <When at={of.notAfter ?? 0} /></Text>
        <Text size="sm" className="mono">{of.serial}</Text>
        {crl !== undefined && <Text size="sm">{t('config:ca.crlOf', { number: crl.number ?? '' })} {crl.thisUpdate !== undefined && <When at={crl.thisUpdate} as="distance" />}{crl.nextUpdate !== undefined && <>, {t('config:ca.until')} <When at={crl.nextUpdate} as="full" /></>}</Text>}
        {[of.certificateUrl, of.crlUrl, of.ocspUrl].filter((u) => u !== undefined).map((u) => <Text key={u} size="sm" className="mono" style={{ overflowWrap: 'anywhere' }}>{u}</Text>)}
        <Copy text={of.certificate ?? ''} label={t('config:ca.copyPem')} w="fit-content" mt="xs" />
      </Stack>
    </Paper>
  );
}
