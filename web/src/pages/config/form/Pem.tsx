import { FileButton, Button, Group, Input, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { ask } from '@/api/client';
import { useTexts } from '@/app/texts';
import { When } from '@/parts/When';

import { Lines } from './Lines';
import { useField, type InputProps } from './context';
import { Label } from './Label';

/** PEM of whatever a file holds: text as it is, DER wrapped. */
export function pemOf(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  if (text.includes('-----BEGIN')) return text;
  const base64 = btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(''));
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/(.{64})/g, '$1\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
}

interface Decoded {
  dn?: string;
  serial?: string;
  notAfter?: number;
  keyType?: string;
}

/** A certificate: pasted, or dropped as a file; the server says what it is. */
export function PemField(props: InputProps) {
  const f = useField(props);
  const { t } = useTexts();
  const [over, setOver] = useState(false);
  const text = typeof f.value === 'string' ? f.value : ((f.value as { pem?: string } | undefined)?.pem ?? '');
  const [asked] = useDebouncedValue(text, 300);
  const { data, isError } = useQuery({
    queryKey: ['preview', 'pem', asked],
    enabled: asked.includes('-----BEGIN CERTIFICATE'),
    queryFn: async () => (await ask<Decoded>({ method: 'POST', path: '/api/v1/rfc5280/x509', body: asked, headers: { 'content-type': 'application/x-pem-file' } })).body,
  });
  const take = async (file: File | null | undefined) => {
    if (file) f.set(pemOf(new Uint8Array(await file.arrayBuffer())));
  };
  return (
    <Input.Wrapper id={f.id} label={<Label name={f.name} required={props.field.required} />} description={f.doc}>
      <Lines
        id={f.id}
        mt={4}
        classNames={{ input: 'mono' }}
        value={text}
        readOnly={f.readOnly}
        placeholder={over ? t('config:pem.drop') : '-----BEGIN CERTIFICATE-----'}
        minRows={3}
        maxRows={8}
        error={f.error ?? (isError && asked === text ? t('config:pem.unread') : undefined)}
        onChange={(e) => f.set(e.currentTarget.value)}
        onDragOver={(e) => {
          e.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(e) => {
          e.preventDefault();
          setOver(false);
          void take(e.dataTransfer.files[0]);
        }}
        spellCheck={false}
      />
      <Group gap="sm" mt={4}>
        {!f.readOnly && (
          <FileButton onChange={(file) => void take(file)} accept=".pem,.crt,.cer,.der">
            {(given) => (
              <Button size="xs" variant="default" {...given}>
                {t('config:pem.file')}
              </Button>
            )}
          </FileButton>
        )}
        {data !== undefined && (
          <Text size="sm" role="status">
            {data.dn} {data.keyType !== undefined && `· ${data.keyType}`} {data.notAfter !== undefined && <>· {t('config:pem.until')} <When at={data.notAfter} /></>}
          </Text>
        )}
      </Group>
    </Input.Wrapper>
  );
}
