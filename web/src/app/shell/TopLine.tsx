import { NewButton } from './NewButton';
import styles from './Shell.module.css';
import { Trail } from './Trail';
import { You } from './You';

/** Where one is, and who one is. */
export function TopLine() {
  return (
    <header className={styles.top}>
      <Trail />
      <NewButton />
      <You />
    </header>
  );
}
