import { Button, Group, Text } from '@mantine/core';
import { X } from 'lucide-react';

import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { partsOf, withoutTerm } from '@/parts/query/terms';

import { useCount } from './rows';
import type { ListAddress } from './state';
import type { Subject } from './subject';

const most = 6; // conditions that are tried

/** Where nothing matches: each condition of the query as a chip that says what would be found without it, and drops it. */
export function Without<Row>({ subject, state }: { subject: Subject<Row>; state: ListAddress }) {
  const { t } = useTexts();
  const terms = partsOf(state.q).slice(0, most);
  if (terms.length === 0) return null;
  return (
    <>
      <Text size="sm" c="dimmed" ta="center">{t('list:dropOne')}</Text>
      <Group gap="xs" justify="center">
        {terms.map((term) => <Term key={term} subject={subject} state={state} term={term} />)}
      </Group>
    </>
  );
}

function Term<Row>({ subject, state, term }: { subject: Subject<Row>; state: ListAddress; term: string }) {
  const { t } = useTexts();
  const rest = withoutTerm(state.q, term);
  const { data: count } = useCount(subject, rest);
  const found = count === undefined ? '…' : figure(count, spoken());
  return (
    <Button
      variant="default" size="xs" maw="100%" leftSection={<X size={14} aria-hidden />} rightSection={<span className="number">{found}</span>} disabled={count === 0}
      aria-description={t('list:without', { term, figure: found })} onClick={() => state.set({ q: rest === '' ? ' ' : rest, page: 1 })}
    >
      <code>{term}</code>
    </Button>
  );
}
