import { Button, Group, Modal, Stack } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo, useState, useSyncExternalStore } from 'react';

import { ask } from '@/api/client';
import { faultOf } from '@/api/fault';
import { Waiting } from '@/app/edges';
import { useTexts } from '@/app/texts';
import { CallShown, type ShownCall } from '@/parts/ApiCall';
import { FaultBox } from '@/parts/FaultBox';

import { FormProvider } from '../form/context';
import { Field } from '../form/Field';
import { createDraft } from '../model/draft';
import { problemsOf } from '../model/problems';
import { secretPlaces } from '../model/secrets';
import { withoutSecrets } from '../model/values';
import { blank, fieldsOf, resolverOf, type Schema } from '../model/schema';

/** The schemas of the API document: what operations that belong to no kind are given. */
const operationsQuery = queryOptions({
  queryKey: ['config', 'operations'],
  staleTime: Infinity,
  queryFn: async () => (await ask<{ components: { schemas: Record<string, Schema> } }>({ method: 'GET', path: '/api/v1/openapi.json' })).body.components.schemas,
});

interface Props {
  title: string;
  verb: string;
  /** Name of the body's schema in the API document. */
  body: string;
  first?: Record<string, unknown>;
  /** Members that are not asked for. */
  without?: string[];
  fixed?: string[];
  /** What it asks of the API, its body aside. */
  call: Pick<ShownCall, 'method' | 'path'>;
  /** Makes the call; what it throws is shown at its fields. */
  onSubmit: (document: Record<string, unknown>) => Promise<void>;
  onClose: () => void;
}

/** A dialog for the body of one operation, drawn from the API document as the forms of kinds are from theirs. */
export function OperationForm(props: Props) {
  const { t } = useTexts();
  const { data, error } = useQuery(operationsQuery);
  return (
    <Modal opened onClose={props.onClose} size="lg" title={props.title} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <FaultBox fault={error} />
      {data === undefined ? error === null && <Waiting /> : <Fields {...props} schemas={data} />}
    </Modal>
  );
}

const none: string[] = [];

function Fields({ verb, body, call, first, without = none, fixed = none, onSubmit, onClose, schemas }: Props & { schemas: Record<string, Schema> }) {
  const { t } = useTexts();
  const resolve = useMemo(() => resolverOf(schemas), [schemas]);
  const schema = useMemo(() => schemas[body] ?? {}, [schemas, body]);
  const fields = useMemo(() => fieldsOf(schema, resolve).filter((f) => !without.includes(f.name)), [schema, resolve, without]);
  const [draft] = useState(() => createDraft(first ?? blank(schema, resolve)));
  const document = useSyncExternalStore(draft.subscribe, draft.get);
  const secret = useMemo(() => secretPlaces(schema, resolve), [schema, resolve]);
  const [fault, setFault] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const said = fault === undefined ? undefined : faultOf(fault);
  const problems = useMemo(() => (said?.status === 400 ? problemsOf(said.problems, (p) => schema.properties?.[p.split('.')[0] ?? ''] !== undefined) : {}), [said, schema]);
  const submit = async (e: React.FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setFault(undefined);
    try {
      await onSubmit(draft.get() as Record<string, unknown>);
    } catch (thrown) {
      setFault(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <FormProvider draft={draft} resolve={resolve} problems={problems} fixed={fixed} isNew>
      <form onSubmit={(e) => void submit(e)}>
        <Stack>
          <FaultBox fault={fault} />
          {[...fields.filter((f) => f.required), ...fields.filter((f) => !f.required)].map((f) => (
            <Field key={f.name} field={f} path={[f.name]} />
          ))}
          <CallShown call={{ ...call, body: withoutSecrets(document, secret, { value: '$SECRET' }) }} />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>{t('common:cancel')}</Button>
            <Button type="submit" loading={busy}>{verb}</Button>
          </Group>
        </Stack>
      </form>
    </FormProvider>
  );
}
