import { Title } from '@mantine/core';
import { useId, type ReactNode } from 'react';

import styles from './Certificates.module.css';

/** A part of the page with its heading, and what can be done with it at the right. */
export function Section({ title, name, action, children }: { title: string; name?: string; action?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles.section} id={name} aria-labelledby={id}>
      <Title order={2} id={id} className={styles.sectionTitle}>
        <span>{title}</span>
      </Title>
      {action !== undefined && <div className={styles.sectionAction}>{action}</div>}
      {children}
    </section>
  );
}
