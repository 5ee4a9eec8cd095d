import { Alert, Anchor, Button, Group, List, Text } from '@mantine/core';
import { useCallback, useState } from 'react';

import { useKeys } from '@/app/keys';
import { useTexts } from '@/app/texts';
import { ApiCall } from '@/parts/ApiCall';
import { FaultBox } from '@/parts/FaultBox';
import { Leaving } from '@/parts/Leaving';
import { When } from '@/parts/When';

import styles from '../Config.module.css';
import { FormProvider } from '../form/context';
import { Form } from '../form/Form';
import { withoutSecrets } from '../model/values';
import { Conflict } from './Conflict';
import { Review } from './Review';
import { TestButton, Tested } from './Tested';
import { focusField, useWanted } from './focus';
import type { Editing } from './useEditor';

interface Props {
  editing: Editing;
  readOnly: boolean;
  /** Instead of the form: another view of the same draft. */
  children?: React.ReactNode;
}

/** A form, or another view of its draft, with what leads to saving it. */
export function Editor({ editing, readOnly, children }: Props) {
  const { kind, variant, draft, resolve, problems, isNew } = editing;
  const { t } = useTexts();
  const wanted = useWanted(isNew && !kind.upsert ? kind.key : undefined);
  const top = useCallback((name: string) => (variant.schema.properties?.[name] === undefined ? undefined : resolve(variant.schema.properties[name])), [variant, resolve]);
  const fixed = isNew ? [kind.by ?? ''] : [kind.key, kind.by ?? ''];
  useKeys(readOnly ? [] : [{ keys: 'Mod+s', name: 'config:keys.review', run: () => void (editing.reviewed === undefined ? editing.review() : editing.save()) }]);
  return (
    <>
      {editing.offered !== undefined && !readOnly && (
        <Alert color="accent" variant="light" mb="md" title={t('config:draft.title')}>
          <Group gap="sm">
            <Text size="sm">
              {t('config:draft.text')} <When at={editing.offered.at} as="distance" />.
            </Text>
            <Button size="xs" onClick={editing.resume}>{t('config:draft.resume')}</Button>
            <Button size="xs" variant="default" onClick={editing.decline}>{t('config:draft.decline')}</Button>
          </Group>
        </Alert>
      )}
      <Problems editing={editing} />
      <FormProvider draft={draft} resolve={resolve} problems={problems} readOnly={readOnly} fixed={fixed} isNew={isNew} example={variant.example} held={editing.base.held} top={top} wanted={wanted}>
        {children ?? <Form schema={variant.schema} without={kind.by === undefined ? undefined : [kind.by]} />}
      </FormProvider>
      {!readOnly && <Tested editing={editing} />}
      {!readOnly && <Bar editing={editing} />}
      {editing.reviewed !== undefined && <Review editing={editing} />}
      {editing.theirs !== undefined && <Conflict editing={editing} theirs={editing.theirs} />}
      <Leaving losable={editing.losable} />
    </>
  );
}

/** What the server refused, on top, with links to the fields. */
function Problems({ editing }: { editing: Editing }) {
  const { t } = useTexts();
  if (editing.fault === undefined) return null;
  const placed = Object.entries(editing.problems).filter(([path]) => path !== '');
  if (placed.length === 0) return <FaultBox fault={editing.fault} />;
  return (
    <Alert color="red" variant="light" role="alert" mb="md" title={t('config:problems', { count: placed.length })}>
      <List size="sm">
        {(editing.problems[''] ?? []).map((p) => <List.Item key={p}>{p}</List.Item>)}
        {placed.map(([path, said]) => (
          <List.Item key={path}>
            <Anchor href={`#field-${path}`} inherit onClick={(e) => { e.preventDefault(); focusField(path); }}>{path}</Anchor>: {said.join(' ')}
          </List.Item>
        ))}
      </List>
      <Text size="xs" c="dimmed" mt="xs" className="mono">{editing.fault.code}</Text>
    </Alert>
  );
}

function Bar({ editing }: { editing: Editing }) {
  const { t } = useTexts();
  const [call, setCall] = useState(false);
  const { kind, isNew, document, changes, dirty } = editing;
  return (
    <div className={styles.bar} role="region" aria-label={t('config:bar')}>
      <Button onClick={() => void editing.review()} loading={editing.busy && !editing.testing && editing.reviewed === undefined} disabled={!isNew && !dirty}>
        {isNew ? t('config:review.verb') : t('config:review.changes', { count: changes.length })}
      </Button>
      <TestButton editing={editing} />
      <Button variant="default" onClick={editing.discard} disabled={!dirty}>
        {t('config:discard')}
      </Button>
      <Button variant="subtle" onClick={() => setCall(true)}>
        {t('common:apiCall')}
      </Button>
      {call && <ApiCall onClose={() => setCall(false)} call={{ method: isNew && !kind.upsert ? 'POST' : 'PUT', path: kind.path, body: withoutSecrets(document, editing.secret, { value: '$SECRET' }) }} />}
    </div>
  );
}
