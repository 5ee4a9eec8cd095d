import type { ReactNode } from 'react';

import styles from './Requests.module.css';

/** Values with their names, as text: what is fixed, decided, or computed. Empty ones are left out. */
export function Facts({ of }: { of: [string, ReactNode][] }) {
  const told = of.filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false);
  if (told.length === 0) return null;
  return (
    <dl className={styles.facts}>
      {told.map(([name, value]) => (
        <div key={name} className={styles.pair}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
