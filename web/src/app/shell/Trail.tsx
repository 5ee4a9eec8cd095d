import { Anchor } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';

import { placesOf, stands } from '../places';
import { useSelf } from '../session';
import { useTexts } from '../texts';
import styles from './Shell.module.css';

/** The place one is in, as a way back to its first page. */
export function Trail() {
  const { t } = useTexts();
  const { pathname } = useLocation();
  const self = useSelf();
  const place = placesOf(self).findLast((p) => stands(pathname, p));
  const part = place?.parts?.find((p) => p.to !== place.to && pathname.startsWith(`${p.to}/`));
  return (
    <nav className={styles.trail} aria-label={t('common:trail')}>
      {place !== undefined && (
        <Anchor component={Link} to={place.to} inherit c="inherit">
          {t(`places:${place.name}`)}
        </Anchor>
      )}
      {part !== undefined && (
        <>
          <span aria-hidden> › </span>
          <Anchor component={Link} to={part.to} inherit c="inherit">
            {t(`places:${part.name}`)}
          </Anchor>
        </>
      )}
    </nav>
  );
}
