import { Children, type ReactNode } from 'react';

import styles from './Certificates.module.css';

/** Names with their values, one below the other. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>;
}

/** One of them; without a value it is not drawn. */
export function Fact({ name, mono = false, children }: { name: string; mono?: boolean; children: ReactNode }) {
  const empty = Children.toArray(children).every((c) => c === '');
  if (empty) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd className={mono ? 'mono' : undefined}>{children}</dd>
    </>
  );
}
