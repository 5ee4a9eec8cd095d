import { Button } from '@mantine/core';
import { useState } from 'react';

import { useKeys } from '@/app/keys';
import { useTexts } from '@/app/texts';
import type { Selection } from '@/parts/list/selection';

import { BatchDialog } from './BatchDialog';
import type { CertificateRow } from './names';
import type { Workflow } from './reasons';

const workflows: Workflow[] = ['renew', 'revoke', 'update', 'migrate'];

/** What can be done with the chosen certificates. Each is previewed by the server before it is done. */
export function Selected({ selection, query, count }: { selection: Selection<CertificateRow>; query: string; count: number | undefined }) {
  const { t } = useTexts();
  const [workflow, begin] = useState<Workflow | null>(null);
  useKeys(workflows.map((w) => ({ keys: '', name: `certificates:do.${w}`, run: () => begin(w) })));
  return (
    <>
      {workflows.map((w) => (
        <Button key={w} variant="default" size="xs" onClick={() => begin(w)}>
          {t(`certificates:do.${w}`)}
        </Button>
      ))}
      {workflow !== null && (
        <BatchDialog workflow={workflow} count={count} onClose={() => begin(null)}
          which={selection.all ? { query: query.trim() === '' ? 'id exists' : query } : { certificates: [...selection.rows.keys()] }} />
      )}
    </>
  );
}
