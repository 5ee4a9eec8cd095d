import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import { api, bodyOf } from '@/api/client';
import { useTexts } from '@/app/texts';
import { Copy } from '@/parts/Copy';
import { FaultBox } from '@/parts/FaultBox';

/** Passwords as the stored policy would make them. */
export default function TryPolicy({ name }: { name: string }) {
  const { t } = useTexts();
  const [made, setMade] = useState('');
  const [fault, setFault] = useState<unknown>();
  const generate = async () => {
    try {
      setMade(await bodyOf(api.GET('/api/v1/security/passwordpolicies/{name}/generate', { params: { path: { name } } })));
      setFault(undefined);
    } catch (thrown) {
      setFault(thrown);
    }
  };
  return (
    <Stack>
      <Text size="sm">{t('config:tryPolicy.help')}</Text>
      <Button w="fit-content" onClick={() => void generate()}>{t('config:tryPolicy.verb')}</Button>
      <FaultBox fault={fault} />
      {made !== '' && <Group gap="sm" role="status"><Code>{made}</Code><Copy text={made} /></Group>}
    </Stack>
  );
}
