import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { asking, shellRoute } from '@/app/routes';

export const eventRoutes = [
  createRoute({ getParentRoute: () => shellRoute, path: '/events', loader: asking(() => import('./subject')), component: lazyRouteComponent(() => import('./Log')) }),
  createRoute({ getParentRoute: () => shellRoute, path: '/events/integrity', component: lazyRouteComponent(() => import('./Integrity')) }),
  createRoute({ getParentRoute: () => shellRoute, path: '/events/live', component: lazyRouteComponent(() => import('./Live')) }),
  createRoute({ getParentRoute: () => shellRoute, path: '/events/$id', component: lazyRouteComponent(() => import('./EventPage')) }),
] as const;
