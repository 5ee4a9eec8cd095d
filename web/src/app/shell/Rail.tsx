import { Tooltip, UnstyledButton } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { Link, useLocation } from '@tanstack/react-router';
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';

import icon from '../icon.svg';
import { placesOf, stands, type Place } from '../places';
import { useSelf } from '../session';
import { useTexts } from '../texts';
import styles from './Shell.module.css';

/** The seven places on the left, those with a right in them; a bar below on a phone. */
export function Rail() {
  const { t } = useTexts();
  const self = useSelf();
  const [folded, fold] = useLocalStorage({ key: 'horizon.rail', defaultValue: false });
  const Icon = folded ? PanelLeftOpen : PanelLeftClose;
  const label = t(folded ? 'common:rail.unfold' : 'common:rail.fold');
  return (
    <nav className={folded ? `${styles.rail} ${styles.folded}` : styles.rail} aria-label={t('common:rail.name')}>
      <Link to="/" className={styles.brand} aria-label={t('common:rail.home')}>
        <img src={icon} alt="" width={24} height={24} />
        {!folded && 'Horizon'}
      </Link>
      {placesOf(self).map((place) => (
        <Entry key={place.name} place={place} folded={folded} />
      ))}
      <UnstyledButton className={`${styles.place} ${styles.fold}`} onClick={() => fold(!folded)} aria-label={label}>
        <Icon size={20} aria-hidden />
        {!folded && label}
      </UnstyledButton>
    </nav>
  );
}

function Entry({ place, folded }: { place: Place; folded: boolean }) {
  const { t } = useTexts();
  const { pathname } = useLocation();
  const name = t(`places:${place.name}`);
  const here = stands(pathname, place);
  const first = place.name === 'certificates' && pathname === '/'; // Home has no parts: the views of certificates are a step away
  const link = (
    <Link to={place.to} className={styles.place} activeOptions={{ exact: place.to === '/', includeSearch: false }} aria-label={folded ? name : undefined} data-status={here ? 'active' : undefined}>
      <place.icon size={20} aria-hidden />
      {!folded && <span>{name}</span>}
    </Link>
  );
  return (
    <>
      {folded ? (
        <Tooltip label={name} position="right">
          {link}
        </Tooltip>
      ) : (
        link
      )}
      {(here || first) &&
        !folded &&
        place.parts?.map((part) => (
          <Link key={part.name} to={part.to} search={part.search ?? {}} className={styles.part} activeOptions={{ exact: part.to === place.to, includeSearch: true }}>
            {t(`places:${part.name}`)}
          </Link>
        ))}
    </>
  );
}
