import { Code, List, Stack, Text } from '@mantine/core';

import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';

import { PageLink } from '@/parts/links';

import type { Batch } from './batches';
import { nameOf } from './names';

/** What would become of each certificate: how many can, how many cannot, and why. */
export function Preview({ batch }: { batch: Batch }) {
  const { t } = useTexts();
  const { found, direct, ask, refused, unchecked, reasons } = batch.preview;
  const n = (count: number) => ({ count, figure: figure(count, spoken()) });
  return (
    <Stack gap="xs" role="status">
      <Text fw={600}>{t('certificates:batch.can', { can: figure(found - refused, spoken()), cannot: figure(refused, spoken()) })}</Text>
      <List size="sm">
        {direct > 0 && <List.Item>{t('certificates:batch.direct', n(direct))}</List.Item>}
        {ask > 0 && <List.Item>{t('certificates:batch.ask', n(ask))}</List.Item>}
        {unchecked > 0 && <List.Item>{t('certificates:batch.unchecked', n(unchecked))}</List.Item>}
        {(reasons ?? []).map((r) => (
          <List.Item key={r.error}>
            {t('certificates:batch.refused', { ...n(r.count), message: r.message })} <Code>{r.error}</Code>
            <Text size="xs" c="dimmed" component="div">
              {(r.examples ?? []).slice(0, 3).map((e) => (
                <div key={e.certificateId}>
                  <PageLink to="/certificates/$id" params={{ id: e.certificateId }} underline="always">{nameOf({ dn: e.dn ?? '', serial: e.certificateId, subjectAlternateNames: [] })}</PageLink>
                  <div>{e.detail}</div>
                </div>
              ))}
            </Text>
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}
