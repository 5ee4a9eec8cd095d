import { Button, Code, Group, Menu, Text } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { ChevronDown, Download as Icon } from 'lucide-react';

import { faultOf } from '@/api/fault';
import { useTexts } from '@/app/texts';
import { Copy } from '@/parts/Copy';
import { fileName, saveFile } from '@/parts/list/download';
import { MenuButton } from '@/parts/MenuButton';
import { receipt } from '@/parts/Receipt';

import { fetchBundle, waysQuery } from './calls';
import styles from './Certificates.module.css';
import { derOf } from './der';
import { nameOf, type Certificate } from './names';
import { Section } from './Section';

const formats = ['pem', 'der', 'chain', 'p7b'] as const;
type Format = (typeof formats)[number];

/** Downloads the certificate; the format chosen last is kept for the next time. */
export function Download({ certificate: c }: { certificate: Certificate }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const [last, keep] = useLocalStorage<Format>({ key: 'horizon.download', defaultValue: 'pem' });
  const save = async (format: Format) => {
    const name = fileName(nameOf(c));
    if (format === 'der') return saveFile(new Blob([derOf(c.certificate)], { type: 'application/pkix-cert' }), `${name}.cer`);
    if (format === 'pem') return saveFile(new Blob([`${c.certificate}\n`], { type: 'application/x-pem-file' }), `${name}.pem`);
    if (format === 'p7b') return saveFile(await fetchBundle(c.certificate), `${name}.p7b`);
    const [way] = await queries.ensureQueryData(waysQuery(c._id, c.certificate));
    const text = (way?.links ?? []).toReversed().map((l) => `${(l.certificate.pem ?? '').trim()}\n`).join('');
    return saveFile(new Blob([text], { type: 'application/x-pem-file' }), `${name}-chain.pem`);
  };
  const tell = (format: Format) => save(format).catch((thrown: unknown) => receipt(faultOf(thrown).message, faultOf(thrown).events));
  const choose = (format: Format) => {
    keep(format);
    void tell(format);
  };
  return (
    <Group gap={2} wrap="nowrap">
      <Button variant="default" leftSection={<Icon size={16} aria-hidden />} onClick={() => void tell(last)}>{t(`certificates:download.${last}`)}</Button>
      <MenuButton button={<Button variant="default" px={8} aria-label={t('certificates:download.other')}><ChevronDown size={16} aria-hidden /></Button>}>
        {() => formats.map((f) => <Menu.Item key={f} onClick={() => choose(f)}>{t(`certificates:download.${f}`)}</Menu.Item>)}
      </MenuButton>
    </Group>
  );
}

/** The certificate as text. */
export function Pem({ certificate: c }: { certificate: Certificate }) {
  const { t } = useTexts();
  return (
    <Section title={t('certificates:section.pem')} name="pem" action={<Copy text={c.certificate} />}>
      <Text component="div" className={styles.pem} tabIndex={0} role="group" aria-label={t('certificates:section.pem')}><Code block>{c.certificate}</Code></Text>
    </Section>
  );
}
