import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';

import { allowLetters, useKeys } from '../keys';
import { placesOf } from '../places';
import { usePreferences, useSelf } from '../session';

const KeyList = lazy(() => import('./KeyList'));

/** The keys that work everywhere: the places, and the list of keys. */
export function ShellKeys() {
  const [listed, list] = useState(false);
  const { plainKeys = false } = usePreferences();
  const navigate = useNavigate();
  const self = useSelf();
  useEffect(() => {
    allowLetters(!plainKeys);
  }, [plainKeys]);
  useKeys([
    ...placesOf(self).filter((p) => p.key !== '').map((p) => ({ keys: `g ${p.key}`, name: `places:${p.name}`, run: () => void navigate({ to: p.to }) })),
    { keys: '?', name: 'keys:list', run: () => list(true) },
    { keys: 'y', name: 'keys:link', run: () => void navigator.clipboard.writeText(window.location.href) },
  ]);
  return listed ? (
    <Suspense fallback={null}>
      <KeyList onClose={() => list(false)} />
    </Suspense>
  ) : null;
}
