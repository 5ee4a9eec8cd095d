import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { holds } from '@/app/rights';
import { shellRoute } from '@/app/routes';
import { selfQuery } from '@/app/session';

import { homeQuery } from './query';
import { setsUp, setupQuery } from './setup/query';

export const homeRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/',
    loader: ({ context: { queries } }) => { // asked while the script of the page comes
      void queries.prefetchQuery(homeQuery);
      if (!holds(queries.getQueryData(selfQuery.queryKey) ?? {}, 'configuration:system')) return;
      void queries.prefetchQuery(setupQuery).then(() => (setsUp(queries.getQueryData(setupQuery.queryKey)) ? import('./Setup') : undefined));
    },
    component: lazyRouteComponent(() => import('./Home')),
  }),
] as const;
