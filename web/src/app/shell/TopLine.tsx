import { lazy, Suspense } from 'react';

import { NewButton } from './NewButton';
import { PaletteDoor } from './PaletteDoor';
import styles from './Shell.module.css';
import { Trail } from './Trail';

// The menu is not needed before the page is there.
const You = lazy(() => import('./You').then((m) => ({ default: m.You })));

/** Where one is, and who one is. */
export function TopLine() {
  return (
    <header className={styles.top}>
      <Trail />
      <PaletteDoor />
      <NewButton />
      <Suspense fallback={<span className={styles.you} />}>
        <You />
      </Suspense>
    </header>
  );
}
