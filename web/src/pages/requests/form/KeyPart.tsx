import { Alert, Button, FileButton, Group, PasswordInput, Radio, Select, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type DragEvent } from 'react';

import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';

import { keyName, knowsEdwards, makeable, serverTypes } from '../keys/recipes';
import { decodeCsr, type DecodedCsr, type Offer } from '../wire';
import { keyModes, wantsPassword, type Draft, type KeyMode } from './draft';
import { Facts } from './Facts';
import type { PartProps } from './NamesPart';
import { under } from './problems';
import styles from './Requests.module.css';
import { policyOf } from './policy';

interface Props extends PartProps {
  offer: Offer;
  /** Fills the form with what a CSR holds. */
  onCsr: (csr: string) => void;
}

/** Where the key comes from, of which type it is, and the password of its file. */
export function KeyPart({ form, draft, change, problems, offer, onCsr }: Props) {
  const { t } = useTexts();
  const capabilities = form.template.capabilities;
  const modes = keyModes(capabilities);
  const browser = useQuery({ queryKey: ['ed25519'], queryFn: knowsEdwards, staleTime: Infinity });
  const authorized = capabilities.authorizedKeyTypes;
  const types = draft.key === 'browser' ? makeable(authorized, browser.data ?? false) : authorized === undefined || authorized.length === 0 ? serverTypes : authorized;
  return (
    <Stack gap="md">
      {modes.length > 1 ? (
        <Radio.Group label={t('requests:key.label')} value={draft.key} onChange={(v) => change({ key: v as KeyMode })} error={under(problems, 'key').join(' ') || undefined}>
          <Stack gap="xs" mt={4}>
            {modes.map((m) => (
              <Radio key={m} value={m} label={t(`requests:key.${m}`)} description={t(`requests:key.${m}Help`)} />
            ))}
          </Stack>
        </Radio.Group>
      ) : (
        <Text size="sm">{modes[0] === undefined ? t('requests:key.none') : t(`requests:key.${modes[0]}Help`)}</Text>
      )}
      {draft.key === 'csr' && <Csr draft={draft} change={change} onCsr={onCsr} wrong={under(problems, 'csr')} />}
      {draft.key !== 'csr' && types.length > 1 && (
        <Select label={t('requests:field.keyType')} data={types.map((x) => ({ value: x, label: keyName(x) }))} value={types.includes(draft.keyType) ? draft.keyType : (types[0] ?? null)} onChange={(v) => change({ keyType: v ?? '' })} allowDeselect={false} error={under(problems, 'keyType').join(' ') || undefined} maw={240} />
      )}
      {draft.key === 'browser' && <Alert variant="light" color="yellow">{t('requests:key.browserWarning')}</Alert>}
      {wantsPassword(form, offer, draft) && (
        <PasswordInput
          label={t('requests:password.label')}
          description={[t('requests:password.help'), policyOf(t, form.template.passwordPolicy)].filter((x) => x !== '').join(' ')}
          value={draft.password}
          onChange={(e) => change({ password: e.currentTarget.value })}
          autoComplete="new-password"
          error={under(problems, 'password').join(' ') || undefined}
          inputWrapperOrder={['label', 'description', 'input', 'error']}
          visibilityToggleButtonProps={{ 'aria-label': t('signin:show') }}
        />
      )}
    </Stack>
  );
}

function Csr({ draft, change, onCsr, wrong }: { draft: Draft; change: PartProps['change']; onCsr: (csr: string) => void; wrong: string[] }) {
  const { t } = useTexts();
  const [over, setOver] = useState(false);
  const decoded = useMutation({
    mutationFn: (csr: Blob) => decodeCsr(csr),
    onSuccess: (found: DecodedCsr) => {
      change({ csr: found.pem });
      onCsr(found.pem);
    },
  });
  const write = (text: string) => {
    change({ csr: text });
    decoded.reset();
    if (/-----END [A-Z ]*CERTIFICATE REQUEST-----/.test(text)) decoded.mutate(new Blob([text]));
  };
  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    const file = e.dataTransfer.files[0];
    if (file !== undefined) decoded.mutate(file);
    else write(e.dataTransfer.getData('text'));
  };
  const found = decoded.data;
  return (
    <div
      className={styles.drop}
      data-over={over || undefined}
      onDragOver={(e) => {
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Stack gap="sm">
        <Textarea
          label={t('requests:csr.label')}
          description={t('requests:csr.help')}
          placeholder="-----BEGIN CERTIFICATE REQUEST-----"
          value={draft.csr}
          onChange={(e) => write(e.currentTarget.value)}
          rows={5}
          spellCheck={false}
          classNames={{ input: styles.names }}
          error={wrong.length === 0 ? undefined : wrong.join(' ')}
          inputWrapperOrder={['label', 'description', 'input', 'error']}
        />
        <Group>
          <FileButton onChange={(file) => file !== null && decoded.mutate(file)}>
            {(props) => (
              <Button variant="default" size="xs" {...props}>
                {t('requests:csr.choose')}
              </Button>
            )}
          </FileButton>
        </Group>
        <FaultBox fault={decoded.error} />
        {found !== undefined && (
          <Facts
            of={[
              [t('requests:csr.holds'), found.dn],
              [t('requests:names.names'), found.sans.map((s) => s.value).join(', ')],
              [t('requests:field.keyType'), keyName(found.keyType)],
            ]}
          />
        )}
      </Stack>
    </div>
  );
}
