import { Button, Code, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import type { Call } from '@/api/client';
import { useTexts } from '@/app/texts';

import { Copy } from './Copy';

/** A call as it is shown. */
export type ShownCall = Pick<Call, 'method' | 'path' | 'body'>;

/** The line for a shell that makes a call; credentials are placeholders. */
export function curlOf({ method, path, body }: ShownCall, origin: string): string {
  const quoted = (s: string) => `'${s.replaceAll("'", `'\\''`)}'`;
  const lines = [`curl -X ${method} ${quoted(origin + path)}`, `-H "X-API-ID: $API_ID" -H "X-API-KEY: $API_KEY"`];
  if (body !== undefined) lines.push(`-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify(body))}`);
  return lines.join(' \\\n  ');
}

/** Shows what the console is about to do as a call of the API. Secrets are replaced before they come here. */
export function ApiCall({ call, onClose }: { call: ShownCall; onClose: () => void }) {
  const { t } = useTexts();
  const line = curlOf(call, window.location.origin);
  return (
    <Modal opened onClose={onClose} title={t('common:apiCall')} size="lg" closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Stack>
        <Text size="sm">{t('common:apiCallHelp')}</Text>
        <Code block>{line}</Code>
        <Copy text={line} w="fit-content" />
      </Stack>
    </Modal>
  );
}

/** The same within a dialog or beside a button: the call, or those made one after the other, is shown in place, by a button of its own. */
export function CallShown({ call }: { call: ShownCall | ShownCall[] }) {
  const { t } = useTexts();
  const [shown, show] = useState(false);
  const line = [call].flat().map((one) => curlOf(one, window.location.origin)).join('\n');
  return (
    <Stack gap="xs" align="flex-start">
      <Button variant="subtle" size="xs" aria-expanded={shown} onClick={() => show(!shown)}>{t('common:apiCall')}</Button>
      {shown && (
        <>
          <Text size="xs" c="dimmed">{t('common:apiCallHelp')}</Text>
          <Code block w="100%">{line}</Code>
          <Copy text={line} size="compact-xs" />
        </>
      )}
    </Stack>
  );
}
