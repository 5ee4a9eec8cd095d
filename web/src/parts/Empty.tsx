import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** What stands where there is nothing: why, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap="sm" p="xl">
      <Text fw={600}>{title}</Text>
      {children}
    </Stack>
  );
}
