import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { shellRoute } from '@/app/routes';

export const insightRoutes = [
  createRoute({ getParentRoute: () => shellRoute, path: '/insights', component: lazyRouteComponent(() => import('./Dashboards')) }),
  createRoute({ getParentRoute: () => shellRoute, path: '/insights/$shelf/$name', component: lazyRouteComponent(() => import('./Board')) }),
] as const;
