import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';

import { shellRoute } from '@/app/routes';

export const toolRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/tools',
    beforeLoad: () => {
      throw redirect({ to: '/tools/decoder' as string });
    },
  }),
  createRoute({ getParentRoute: () => shellRoute, path: '/tools/decoder', component: lazyRouteComponent(() => import('./Decoder')) }),
  createRoute({ getParentRoute: () => shellRoute, path: '/tools/rule', component: lazyRouteComponent(() => import('./TryRule')) }),
  createRoute({ getParentRoute: () => shellRoute, path: '/tools/query', component: lazyRouteComponent(() => import('./TryQuery')) }),
  createRoute({ getParentRoute: () => shellRoute, path: '/tools/grade', component: lazyRouteComponent(() => import('./Grade')) }),
] as const;
