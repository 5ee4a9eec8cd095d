import { Button, FileButton, Group, PasswordInput, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { useEffect, useState, type DragEvent } from 'react';

import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';

import { CertificateCard } from './CertificateCard';
import { detect, handedOver, openStore, type Decoded, type Detected, type Document } from './document';
import { ListCard, RequestCard } from './OtherCards';
import styles from './tools.module.css';

/** Takes any document and says in words what it is. Nothing is kept. */
export default function Decoder() {
  const { t } = useTexts();
  const [text, setText] = useState('');
  const [given] = useState(handedOver);
  const [over, setOver] = useState(false);
  const decode = useMutation({ mutationFn: detect });
  const { mutate } = decode;
  const take = (document: Document) => {
    setText(typeof document === 'string' ? document : t('tools:file', { name: document.name }));
    mutate(document);
  };
  useEffect(() => {
    if (given !== '') mutate(given);
  }, [given, mutate]);
  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    const [file] = e.dataTransfer.files;
    if (file !== undefined) take(file);
  };
  return (
    <Page title={t('places:decoder')} section={t('places:tools')} narrow>
      <Stack>
        <form
          className={over ? `${styles.drop} ${styles.over}` : styles.drop}
          onDragOver={(e) => { e.preventDefault(); setOver(true); }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
          onSubmit={(e) => { e.preventDefault(); mutate(text); }}
        >
          <Textarea
            label={t('tools:document')} description={t('tools:documentHelp')} classNames={{ input: 'mono' }} autosize minRows={4} maxRows={12} spellCheck={false} value={text === '' ? given : text}
            onChange={(e) => { setText(e.currentTarget.value); decode.reset(); }}
            onPaste={(e) => {
              const pasted = e.clipboardData.getData('text/plain');
              if (!pasted.includes('-----BEGIN')) return;
              e.preventDefault();
              take(pasted);
            }}
          />
          <Group gap="sm" mt="sm">
            <Button type="submit" loading={decode.isPending} disabled={text === ''}>{t('tools:decode')}</Button>
            <FileButton onChange={(f) => f !== null && take(f)}>
              {(props) => <Button variant="default" leftSection={<FileUp size={16} aria-hidden />} {...props}>{t('tools:choose')}</Button>}
            </FileButton>
          </Group>
        </form>
        <FaultBox fault={decode.error} />
        {decode.data !== undefined && decode.variables !== undefined && <What detected={decode.data} document={decode.variables} />}
      </Stack>
    </Page>
  );
}

function What({ detected, document }: { detected: Detected; document: Document }) {
  const { t } = useTexts();
  const certificates = detected.certificates ?? [];
  const size = detected.crl?.size ?? certificates.length;
  return (
    <Stack>
      <Text role="status" fw={600}>{t(`tools:is.${detected.type ?? 'x509'}`, { count: size, figure: figure(size, spoken()), keyType: detected.keyType ?? '' })}</Text>
      <Certificates certificates={certificates} />
      {detected.pkcs10 !== undefined && <RequestCard request={detected.pkcs10} />}
      {detected.crl !== undefined && <ListCard list={detected.crl} />}
      {detected.type === 'pkcs12' && <Store document={document} />}
    </Stack>
  );
}

function Certificates({ certificates }: { certificates: Decoded[] }) {
  return certificates.map((c) => <CertificateCard key={c.certificateThumbprint} certificate={c} />);
}

/** A PKCS#12 opens with its password; what comes back of it are its certificates. */
function Store({ document }: { document: Document }) {
  const { t } = useTexts();
  const [password, setPassword] = useState('');
  const open = useMutation({ mutationFn: () => openStore(document, password), gcTime: 0 });
  return (
    <>
      <form onSubmit={(e) => { e.preventDefault(); open.mutate(); }}>
        <Group align="end" gap="sm">
          <PasswordInput label={t('tools:password')} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="off" w={280} visibilityToggleButtonProps={{ 'aria-label': t('tools:showPassword') }} />
          <Button type="submit" loading={open.isPending}>{t('tools:open')}</Button>
        </Group>
      </form>
      <FaultBox fault={open.error} />
      {open.data !== undefined && (
        <>
          <Text role="status" fw={600}>{t('tools:store', { count: open.data.length })}</Text>
          <Certificates certificates={open.data} />
        </>
      )}
    </>
  );
}
