import { Alert, Button, List, Text } from '@mantine/core';
import { Check, X } from 'lucide-react';
import { useEffect, useRef } from 'react';

import { useTexts } from '@/app/texts';
import { Copy } from '@/parts/Copy';

import styles from '../Config.module.css';
import type { Editing } from './useEditor';

/** One thing a test tried. */
export interface TestStep {
  step: string;
  ok: boolean;
  took: number;
  address?: string;
  detail?: string;
  /** What was found as a word, and what its sentence names. */
  found?: string;
  values?: Record<string, string>;
  class?: string;
}

/** How a test went, as the server says it. */
export interface TestResult {
  ok: boolean;
  took: number;
  steps: TestStep[];
}

/** The answer of a test: what was tried, where, how long it took, and what to do about what failed. */
export function Tested({ editing }: { editing: Editing }) {
  const { t } = useTexts();
  const place = useRef<HTMLDivElement>(null);
  const { tested } = editing;
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' }); // newer browsers answer a promise, which is no way to clean up
  }, [tested]);
  if (tested === undefined) return null;
  const { ok, took, steps } = tested.result;
  const failed = steps.find((s) => !s.ok);
  return (
    <Alert
      ref={place}
      className={styles.tested}
      mt="md"
      variant="light"
      color={ok ? 'teal' : 'red'}
      role="status"
      title={t(ok ? 'forms:test.works' : 'forms:test.fails', { took })}
      withCloseButton
      closeButtonLabel={t('common:close')}
      onClose={editing.untest}
    >
      <List size="sm" listStyleType="none" spacing={4}>
        {steps.map((s) => (
          <List.Item key={s.step} icon={s.ok ? <Check size={16} aria-label={t('forms:test.well')} /> : <X size={16} aria-label={t('forms:test.failed')} />}>
            {t(`forms:test.steps.${s.step}`, { defaultValue: s.step })} <span className="muted">{t('forms:test.took', { took: s.took })}</span>
            {s.address !== undefined && (
              <div className={styles.address}>
                <span className="mono">{s.address}</span>
                {s.step === 'callback' && <Copy text={s.address} size="compact-xs" />}
              </div>
            )}
            {s.detail !== undefined && s.detail !== '' && <div>{s.found === undefined ? s.detail : t(`forms:test.found.${s.found}`, { ...s.values, defaultValue: s.detail })}</div>}
          </List.Item>
        ))}
      </List>
      {failed !== undefined && <Text size="sm" mt="xs">{t(`forms:test.remedy.${failed.class ?? 'answer'}`, { defaultValue: t('forms:test.remedy.answer') })}</Text>}
      {tested.of !== editing.document && <Text size="sm" mt="xs" c="dimmed">{t('forms:test.older')}</Text>}
    </Alert>
  );
}

/** Tries the draft as it is, beside Save. */
export function TestButton({ editing }: { editing: Editing }) {
  const { t } = useTexts();
  if (editing.variant.test !== true) return null;
  return (
    <Button variant="default" onClick={() => void editing.test()} loading={editing.testing}>
      {t('forms:test.verb')}
    </Button>
  );
}
