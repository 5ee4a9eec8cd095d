import { Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { PageButton } from '@/parts/links';
import { Grade } from '@/parts/State';

import { certificateQuery } from './calls';
import styles from './Certificates.module.css';
import { Fact, Facts } from './Facts';
import { Life } from './Life';
import { nameOf } from './names';
import { StateOf } from './subject';

/** One certificate beside the list: enough to go on without opening it. */
export function Peek({ id }: { id: string }) {
  const { t } = useTexts();
  const { data, error } = useQuery(certificateQuery(id));
  if (error !== null) return <FaultBox fault={error} />;
  if (data === undefined) return <Skeleton height={240} mt="sm" />;
  const c = data.certificate;
  return (
    <Stack gap="sm" mt="sm">
      <Text component="h2" fw={600} size="lg" className={styles.wrap}>{nameOf(c)}</Text>
      <div><StateOf row={c} /> {(c.grades ?? []).map((g) => <Grade key={g.name} letter={g.grade} />)}</div>
      <Life certificate={c} />
      <Facts>
        <Fact name={t('certificates:fact.names')}>{(c.subjectAlternateNames ?? []).map((n) => n.value).join(', ')}</Fact>
        <Fact name={t('certificates:fact.profile')}>{c.profile}</Fact>
        <Fact name={t('certificates:fact.owner')}>{c.owner}</Fact>
        <Fact name={t('certificates:fact.team')}>{c.team}</Fact>
        <Fact name={t('certificates:fact.contact')}>{c.contactEmail}</Fact>
        <Fact name={t('certificates:fact.labels')}>{(c.labels ?? []).map((l) => `${l.key} = ${l.value}`).join(', ')}</Fact>
        <Fact name={t('certificates:fact.key')}>{c.keyType}</Fact>
        <Fact name={t('certificates:fact.issuer')}>{c.issuer}</Fact>
        <Fact name={t('certificates:fact.serial')} mono>{c.serial}</Fact>
      </Facts>
      <PageButton to="/certificates/$id" params={{ id }} variant="default" w="fit-content">{t('certificates:open')}</PageButton>
    </Stack>
  );
}
