import { Button, Code, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';

import { askFile } from '@/api/client';
import { useTexts } from '@/app/texts';
import { Copy } from '@/parts/Copy';
import { FaultBox } from '@/parts/FaultBox';
import { PageButton } from '@/parts/links';
import { fileName, saveFile } from '@/parts/list/download';
import { When } from '@/parts/When';

import type { Request } from './calls';
import { nameOf, type Certificate } from './names';

const forms = { pkcs12: 'p12', jks: 'jks' } as const;

/** What a request gave: the key as a file with its password, as long as they can be fetched, and the certificate. */
export function KeyReady({ request: r, certificate: c, onClose }: { request: Request; certificate: Certificate; onClose: () => void }) {
  const { t } = useTexts();
  const fetch = useMutation({
    mutationFn: (form: keyof typeof forms) => askFile({ method: 'GET', path: `/api/v1/requests/${r._id}/keystore?form=${form}` }),
    onSuccess: ({ body }, form) => saveFile(body, `${fileName(nameOf(c))}.${forms[form]}`),
  });
  const key = r.pkcs12 !== undefined;
  return (
    <Modal opened onClose={onClose} title={t(r.workflow === 'recover' ? 'certificates:key.recovered' : 'certificates:key.issued', { name: nameOf(c) })} size="lg" closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Stack>
        {key && (
          <>
            <Text size="sm">{t('certificates:key.until')} <When at={r.removeAt} as="full" /></Text>
            {r.password !== undefined && (
              <Group gap="sm">
                <Text size="sm">{t('certificates:key.password')}</Text>
                <Code>{r.password.value}</Code>
                <Copy text={r.password.value} />
              </Group>
            )}
            <Group>
              <Button onClick={() => fetch.mutate('pkcs12')} data-autofocus>{t('certificates:key.pkcs12')}</Button>
              <Button variant="default" onClick={() => fetch.mutate('jks')}>{t('certificates:key.jks')}</Button>
            </Group>
            <FaultBox fault={fetch.error} />
          </>
        )}
        <Group>
          {r.certificateId !== undefined && r.certificateId !== c._id && (
            <PageButton variant={key ? 'default' : 'filled'} to="/certificates/$id" params={{ id: r.certificateId }} onClick={onClose}>{t('certificates:key.open')}</PageButton>
          )}
          <PageButton variant="default" to={'/requests/$id' as never} params={{ id: r._id } as never} onClick={onClose}>{t('certificates:openRequest')}</PageButton>
        </Group>
      </Stack>
    </Modal>
  );
}
