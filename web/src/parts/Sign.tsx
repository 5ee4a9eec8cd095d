import styles from './State.module.css';

const ring = 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18';

// Each as one line on a ground of 24 by 24.
const lines = {
  ring,
  barred: `${ring}M5.6 5.6l12.8 12.8`,
  cross: 'M5 5l14 14M19 5L5 19',
  arrow: 'M4 12h16m-6-6l6 6l-6 6',
  warning: 'M12 3l10 18H2zM12 10v5m0 3v.5',
  rays: 'M12 2v5m0 10v5M2 12h5m10 0h5M4.9 4.9l3.5 3.5m7.2 7.2l3.5 3.5m0-14.2l-3.5 3.5m-7.2 7.2l-3.5 3.5',
  tick: 'M4 12.5l5.5 5.5L20 6.5',
} as const;

/** The sign of a state, before its word. Lists have hundreds: it is one line, whose looks are told once. */
export function Sign({ name }: { name: keyof typeof lines }) {
  return <svg className={styles.sign} viewBox="0 0 24 24" aria-hidden><path d={lines[name]} /></svg>;
}
