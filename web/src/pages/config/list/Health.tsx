import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

import { useTexts } from '@/app/texts';
import { PageLink } from '@/parts/links';
import { When } from '@/parts/When';

import styles from '../Config.module.css';
import { keyOf, type Item, type Kind, type Standing } from '../model/kinds';

/** Whether a list of the kind has anything to say of health. */
export const hasHealth = (kind: Kind, all: Iterable<Standing>) => kind.variants.some((v) => v.test === true) || [...all].some((s) => Object.keys(s.failures).length > 0);

/** How an object does: its last test, and what failed lately. */
export function Health({ kind, item, standing }: { kind: Kind; item: Item; standing: Standing | undefined }) {
  const { t } = useTexts();
  if (standing === undefined) return null;
  const name = keyOf(kind, item);
  const { test, failures } = standing;
  const failed = Object.entries(failures).filter(([, f]) => f.count > 0);
  if (test === undefined && failed.length === 0) {
    return <span className="muted">{t(Object.keys(failures).length > 0 ? 'config:health.quiet' : 'config:health.untested')}</span>;
  }
  return (
    <>
      {failed.map(([work, { count, last }]) => (
        <Line key={work} well={false}>
          <PageLink className={styles.link} {...listOf(work, name)}>{t(`config:health.${work}`, { count })}</PageLink> {last !== undefined && <When at={last} as="distance" />}
        </Line>
      ))}
      {test !== undefined && (
        <Line well={test.ok}>
          {test.ok ? (
            t('config:health.works')
          ) : (
            <PageLink className={styles.link} to="/config/$kind/$name" params={{ kind: kind.kind, name }}>
              {t('config:health.fails', { step: t(`forms:test.steps.${test.step}`, { defaultValue: test.step ?? '' }) })}
            </PageLink>
          )}{' '}
          <span className="muted"><When at={test.at} as="distance" /></span>
        </Line>
      )}
    </>
  );
}

function Line({ well, children }: { well: boolean; children: ReactNode }) {
  const Icon = well ? CircleCheck : TriangleAlert;
  return (
    <div className={well ? styles.well : styles.unwell}>
      <Icon size={16} aria-hidden />
      <span>{children}</span>
    </div>
  );
}

/** The list that finds what failed. */
function listOf(work: string, name: string) {
  const quoted = `"${name}"`;
  return work === 'requests'
    ? ({ to: '/requests', search: { view: 'all', q: `profile equals ${quoted} and status equals "failed" and registration.date after -24h` } } as const)
    : ({ to: '/events', search: { q: `code equals "TRIGGER-EMAIL" and status equals "failure" and detail.triggerName equals ${quoted}` } } as const);
}
