import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';

import { certificateRoutes } from '@/pages/certificates/routes';
import { eventRoutes } from '@/pages/events/routes';
import { configRoutes } from '@/pages/config/routes';
import { homeRoutes } from '@/pages/home/routes';
import { insightRoutes } from '@/pages/insights/routes';
import { requestsRoutes } from '@/pages/requests/routes';
import { teamRoutes } from '@/pages/team/routes';
import { toolRoutes } from '@/pages/tools/routes';

import { Lost, Trouble, Waiting } from './edges';
import { queries } from './queries';
import { rootRoute, shellRoute } from './routes';
import { base, parseSearch, stringifySearch } from './search';

const signIn = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('@/pages/signin/SignIn')),
});
const resetPassword = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset-password',
  component: lazyRouteComponent(() => import('@/pages/signin/ResetPassword')),
});

const tree = rootRoute.addChildren([signIn, resetPassword, shellRoute.addChildren([...homeRoutes, ...certificateRoutes, ...configRoutes, ...requestsRoutes, ...eventRoutes, ...insightRoutes, ...teamRoutes, ...toolRoutes])]);

export const router = createRouter({
  routeTree: tree,
  basepath: base,
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPendingMs: 150,
  defaultPendingMinMs: 0, // what has come is shown
  defaultPendingComponent: Waiting,
  defaultErrorComponent: Trouble,
  defaultNotFoundComponent: Lost,
  scrollRestoration: true,
  context: { queries },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
