import { List, Loader, Stack, Text, Title } from '@mantine/core';
import { CircleX } from 'lucide-react';

import { useTexts } from '@/app/texts';
import { State } from '@/parts/State';

import { keyName } from '../keys/recipes';
import type { Form } from '../wire';
import { splitNames } from './names';
import type { Draft } from './draft';
import { Facts } from './Facts';
import { elsewhere, type Problems } from './problems';
import styles from './Requests.module.css';
import type { Outcome } from './trial';

interface Props {
  form: Form;
  draft: Draft;
  outcome: Outcome | undefined;
  asking: boolean;
  /** A one-time challenge is asked for. */
  challenge: boolean;
  /** Fields that show their problems themselves. */
  shown: ReadonlySet<string>;
}

/** The certificate-to-be, and whether it is allowed, as the server said at the last pause. */
export function Preview({ form, draft, outcome, asking, challenge, shown }: Props) {
  const { t } = useTexts();
  const would = outcome?.would;
  const names = would?.template.sans.flatMap((s) => s.value ?? []) ?? splitNames(draft.names);
  const key = draft.key === 'csr' ? t('requests:key.ofCsr') : keyName(would?.template.keyType ?? draft.keyType);
  return (
    <Stack gap="md">
      <Title order={2}>{t(challenge ? 'requests:preview.challenge' : 'requests:preview.title')}</Title>
      <Facts
        of={[
          [t('requests:field.dn'), would?.dn],
          [t('requests:names.names'), names.length === 0 ? undefined : names.slice(0, 8).join(', ') + (names.length > 8 ? ` ${t('requests:more', { count: names.length - 8 })}` : '')],
          [t('requests:field.keyType'), challenge ? undefined : key],
          [t('requests:field.owner'), would?.template.owner.value],
          [t('requests:field.team'), would?.template.team.value],
          [t('requests:preview.holder'), would === undefined || (would.globalHolderIdCount ?? 0) === 0 ? undefined : t('requests:preview.valid', { count: would.globalHolderIdCount })],
          [t('requests:preview.profile'), form.profile],
        ]}
      />
      <div role="status" aria-live="polite">
        <Verdict outcome={outcome} problems={outcome?.problems ?? {}} shown={shown} />
      </div>
      {asking && outcome !== undefined && (
        <Text size="xs" c="dimmed">
          <Loader size={10} aria-hidden /> {t('requests:preview.checking')}
        </Text>
      )}
    </Stack>
  );
}

function Verdict({ outcome, problems, shown }: { outcome: Outcome | undefined; problems: Problems; shown: ReadonlySet<string> }) {
  const { t } = useTexts();
  if (outcome === undefined) return <Text size="sm" c="dimmed">{t('requests:preview.empty')}</Text>;
  if (outcome.fault === undefined) {
    const waits = outcome.would?.status === 'pending';
    return (
      <State state={waits ? 'pending' : 'valid'}>{t(waits ? 'requests:preview.waits' : 'requests:preview.allowed')}</State>
    );
  }
  const others = elsewhere(problems, shown);
  const fields = Object.keys(problems).filter((f) => shown.has(f)).length;
  return (
    <Stack gap={4}>
      <Text size="sm" className={styles.wrong} fw={600}>
        <CircleX size={14} aria-hidden /> {t('requests:preview.refused')}
      </Text>
      {fields > 0 && <Text size="sm">{t('requests:preview.fields', { count: fields })}</Text>}
      {others.length > 0 && (
        <List size="sm">
          {others.map((p) => (
            <List.Item key={p}>{p}</List.Item>
          ))}
        </List>
      )}
      {others.length > 0 && <Text size="xs" c="dimmed">{outcome.fault.code}</Text>}
    </Stack>
  );
}
