import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { asking, shellRoute } from '@/app/routes';

export const certificateRoutes = [
  createRoute({ getParentRoute: () => shellRoute, path: '/certificates', loader: asking(() => import('./subject')), component: lazyRouteComponent(() => import('./Certificates')) }),
  createRoute({ getParentRoute: () => shellRoute, path: '/certificates/$id', component: lazyRouteComponent(() => import('./Certificate')) }),
  createRoute({ getParentRoute: () => shellRoute, path: '/find/$what', component: lazyRouteComponent(() => import('./Find')) }),
  createRoute({ getParentRoute: () => shellRoute, path: '/batches', component: lazyRouteComponent(() => import('./Batches')) }),
  createRoute({ getParentRoute: () => shellRoute, path: '/batches/$id', component: lazyRouteComponent(() => import('./BatchPage')) }),
] as const;
