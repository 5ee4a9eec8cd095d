import { Group, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { useNow } from '@/app/now';
import { useTexts } from '@/app/texts';
import { Copy } from '@/parts/Copy';
import { PageLink } from '@/parts/links';
import { State, type StateName } from '@/parts/State';
import { When } from '@/parts/When';

import { knownAs, type Decoded } from './document';
import { Facts } from './Facts';
import styles from './tools.module.css';

/** A certificate taken apart, with a link to its page when it is known here. */
export function CertificateCard({ certificate: c }: { certificate: Decoded }) {
  const { t } = useTexts();
  const now = useNow();
  const thumbprint = c.certificateThumbprint ?? '';
  const { data: known } = useQuery({ queryKey: ['certificates', 'known', thumbprint], queryFn: () => knownAs(thumbprint) });
  const ended = (c.notAfter ?? 0) < now;
  const role = c.selfSigned === true ? 'selfSigned' : c.basicConstraints?.isCa === true ? 'ca' : 'leaf';
  return (
    <section className={styles.panel} aria-label={c.dn}>
      <Group justify="space-between" align="start">
        <Title order={2}>{c.dn === '' ? t('tools:unnamed') : c.dn}</Title>
        {known !== undefined && known !== null ? <State state={known.state as StateName} /> : ended && <State state="expired" />}
      </Group>
      <p>
        {t(`tools:role.${role}`)} {known === null && t('tools:unknown')}
      </p>
      {known !== undefined && known !== null && <PageLink to={`/certificates/${known._id}` as string}>{t('tools:known')}</PageLink>}
      <Facts
        facts={[
          [t('tools:fact.sans'), (c.sans ?? []).map((s) => `${s.value} (${s.sanType})`)],
          [t('tools:fact.issuer'), c.issuerDn],
          [t('tools:fact.valid'), <span key="v"><When at={c.notBefore ?? 0} as="full" /> – <When at={c.notAfter ?? 0} as="full" /></span>],
          [t('tools:fact.serial'), <code key="s">{c.serial}</code>],
          [t('tools:fact.key'), c.keyType],
          [t('tools:fact.algorithm'), c.signingAlgorithm],
          [t('tools:fact.usages'), [...(c.keyUsages ?? []), ...(c.extendedKeyUsages ?? [])].join(', ')],
          [t('tools:fact.pathLength'), c.basicConstraints?.isCa === true && c.basicConstraints.pathLen !== undefined ? String(c.basicConstraints.pathLen) : ''],
          [t('tools:fact.thumbprint'), <code key="t">{thumbprint}</code>],
          [t('tools:fact.sha1'), <code key="h">{c.certificateSHAOneThumbprint}</code>],
          [t('tools:fact.keyThumbprint'), <code key="p">{c.publicKeyThumbprint}</code>],
          [t('tools:fact.crls'), c.crldps ?? []],
          [t('tools:fact.access'), (c.aias ?? []).map((a) => `${a.url} (${a.type})`)],
          [t('tools:fact.policies'), (c.policies ?? []).join(', ')],
          [t('tools:fact.extensions'), (c.extensions ?? []).map((e) => `${e.key}: ${e.value}`)],
          [t('tools:fact.unsupported'), (c.unsupportedExtensions ?? []).join(', ')],
        ]}
      />
      <Copy text={c.pem ?? ''} label={t('tools:copyPem')} mt="md" />
    </section>
  );
}
