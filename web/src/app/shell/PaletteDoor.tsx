import { UnstyledButton } from '@mantine/core';
import { Search } from 'lucide-react';
import { lazy, Suspense, useCallback, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useKeys } from '../keys';
import styles from './Shell.module.css';

const Palette = lazy(() => import('../palette/Palette'));

/** Opens the palette: looks like a field to search with, and Ctrl K does the same. */
export function PaletteDoor() {
  const { t } = useTranslation();
  const [opened, open] = useState(false);
  const from = useRef<Element | null>(null);
  const show = () => {
    from.current = document.activeElement;
    open(true);
  };
  const close = useCallback((gone: boolean) => {
    open(false);
    // The dialog holds the focus until it is away.
    if (!gone) window.requestAnimationFrame(() => from.current instanceof HTMLElement && from.current.focus({ preventScroll: true }));
  }, []);
  useKeys([
    { keys: 'Mod+k', name: 'palette:open', run: () => (opened ? close(false) : show()) },
    { keys: '/', name: 'palette:open', run: show }, // pages with a query line bind it to that
  ]);
  return (
    <>
      <UnstyledButton className={styles.door} aria-haspopup="dialog" aria-keyshortcuts="Control+K" onClick={show}>
        <Search size={16} aria-hidden />
        <span>{t('palette:search')}</span>
        <kbd aria-hidden>Ctrl K</kbd>
      </UnstyledButton>
      {opened && (
        <Suspense fallback={null}>
          <Palette onClose={close} />
        </Suspense>
      )}
    </>
  );
}
