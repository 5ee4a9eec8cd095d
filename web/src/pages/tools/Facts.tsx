import type { ReactNode } from 'react';

import styles from './tools.module.css';

/** Names and values; what has no value is left out. */
export function Facts({ facts }: { facts: [name: string, value: ReactNode][] }) {
  const some = facts.filter(([, value]) => value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0));
  return (
    <dl className={styles.facts}>
      {some.map(([name, value]) => (
        <Fact key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function Fact({ name, value }: { name: string; value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{Array.isArray(value) ? value.map((v, i) => <div key={i}>{v as ReactNode}</div>) : value}</dd>
    </>
  );
}
