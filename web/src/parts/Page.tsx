import { Group, Title } from '@mantine/core';
import { startTransition, useEffect, useRef, useState, type ReactNode } from 'react';

import styles from './Page.module.css';

interface Props {
  /** The page's one heading. */
  title: ReactNode;
  /** The same as text, for the window's title; not needed when the heading is text. */
  name?: string;
  /** The section the page belongs to, for the window's title. */
  section?: string;
  /** The one primary action, with further ones before it. */
  actions?: ReactNode;
  children: ReactNode;
  /** Text columns stay narrow; tables take all. */
  narrow?: boolean;
}

/** The frame of a page: window title, heading that takes the focus on arrival, actions, content. */
export function Page({ title, name, section, actions, children, narrow = false }: Props) {
  const [begun, begin] = useState(false); // a click is answered by the heading, whatever stands below
  useEffect(() => startTransition(() => begin(true)), []);
  const heading = useRef<HTMLHeadingElement>(null);
  const text = name ?? (typeof title === 'string' ? title : '');
  useEffect(() => {
    document.title = [text, section, 'Horizon'].filter((part) => part !== undefined && part !== '').join(' - ');
  }, [text, section]);
  useEffect(() => {
    // Who has opened a dialog before the page has come writes into that.
    const busy = document.activeElement?.closest('[role="dialog"]') ?? null;
    if (busy === null) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div className={narrow ? `${styles.page} ${styles.narrow}` : styles.page} aria-busy={!begun}>
      <Group justify="space-between" align="start" gap="sm" mb="md" className={styles.head}>
        <Title order={1} ref={heading} tabIndex={-1} className={styles.title}>
          {title}
        </Title>
        {actions !== undefined && <Group gap="sm">{actions}</Group>}
      </Group>
      {begun && children}
    </div>
  );
}
