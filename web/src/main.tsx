import './app/trusted';
import './app/styles';

import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';

import { returnFocus } from './app/dialogs';
import { startLanguage } from './app/language';
import { queries } from './app/queries';
import { router } from './app/router';
import { TextsProvider } from './app/texts';
import { theme, variables } from './app/theme';

// Nobody needs it to see the first page.
const Notifications = lazy(() => import('./parts/Notices'));

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
const scheme = localStorageColorSchemeManager({ key: 'horizon.appearance' });

setNonce(nonce); // of what keeps the page still behind a dialog
returnFocus();
void router.load(); // who is signed in, and the script of the page, come while the texts do
await startLanguage();
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
createRoot(root).render(
  <StrictMode>
    <TextsProvider>
      <MantineProvider theme={theme} cssVariablesResolver={variables} colorSchemeManager={scheme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
        <Suspense fallback={null}>
          <Notifications />
        </Suspense>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </TextsProvider>
  </StrictMode>,
);
