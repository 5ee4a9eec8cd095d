import { Alert, Code, List, Text } from '@mantine/core';

import { faultOf } from '@/api/fault';
import { useTexts } from '@/app/texts';

import { EventLinks } from './Receipt';

/** A refusal in words: what, why, and the API's code after it, small. It is announced when it appears. */
export function FaultBox({ fault: thrown }: { fault: unknown }) {
  const { t } = useTexts();
  if (thrown === null || thrown === undefined) return null;
  const fault = faultOf(thrown);
  const sentence = fault.status === 0 ? t('common:unreachable') : fault.message;
  return (
    <Alert color="red" variant="light" role="alert" title={sentence}>
      {fault.problems.length === 1 && <Text size="sm">{fault.problems[0]}</Text>}
      {fault.problems.length > 1 && (
        <List size="sm">
          {fault.problems.map((p) => (
            <List.Item key={p}>{p}</List.Item>
          ))}
        </List>
      )}
      {fault.after > 0 && <Text size="sm">{t('common:after', { count: fault.after })}</Text>}
      {fault.status !== 0 && (
        <Text size="xs" c="dimmed" mt="xs">
          <Code>{fault.code}</Code> <EventLinks ids={fault.events} />
        </Text>
      )}
    </Alert>
  );
}
