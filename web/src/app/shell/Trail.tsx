import { Anchor } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { placesOf } from '../places';
import { useSelf } from '../session';
import styles from './Shell.module.css';

/** The place one is in, as a way back to its first page. */
export function Trail() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const self = useSelf();
  const place = placesOf(self).findLast((p) => (p.to === '/' ? pathname === '/' : pathname.startsWith(p.to)));
  return (
    <nav className={styles.trail} aria-label={t('common:trail')}>
      {place !== undefined && (
        <Anchor component={Link} to={place.to} inherit c="inherit">
          {t(`places:${place.name}`)}
        </Anchor>
      )}
    </nav>
  );
}
