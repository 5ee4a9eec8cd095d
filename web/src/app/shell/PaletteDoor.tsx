import { UnstyledButton } from '@mantine/core';
import { Search } from 'lucide-react';
import { lazy, Suspense, useCallback, useRef, useState } from 'react';

import { useKeys } from '../keys';
import { useTexts } from '../texts';
import styles from './Shell.module.css';

const Palette = lazy(() => import('../palette/Palette'));

/** Opens the palette: looks like a field to search with, and Ctrl K does the same. */
export function PaletteDoor() {
  const { t } = useTexts();
  const [begin, open] = useState<string | null>(null); // what stands in it at first, while it is open
  const from = useRef<Element | null>(null);
  const show = (text = '') => {
    from.current = document.activeElement;
    open(text);
  };
  const close = useCallback((gone: boolean) => {
    open(null);
    // The dialog holds the focus until it is away. What was chosen may have opened another one.
    const back = () => document.querySelector('[role="dialog"]') === null && from.current instanceof HTMLElement && from.current.focus({ preventScroll: true });
    if (!gone) window.requestAnimationFrame(back);
  }, []);
  useKeys([
    { keys: 'Mod+k', name: 'palette:open', run: () => (begin === null ? show() : close(false)) },
    { keys: '/', name: 'palette:open', run: () => show() }, // pages with a query line bind it to that
    { keys: '.', name: 'palette:actions', run: () => show('> ') },
  ]);
  return (
    <>
      <UnstyledButton className={styles.door} aria-haspopup="dialog" aria-keyshortcuts="Control+K" onClick={() => show()}>
        <Search size={16} aria-hidden />
        <span>{t('palette:search')}</span>
        <kbd aria-hidden>Ctrl K</kbd>
      </UnstyledButton>
      {begin !== null && (
        <Suspense fallback={null}>
          <Palette begin={begin} onClose={close} />
        </Suspense>
      )}
    </>
  );
}
