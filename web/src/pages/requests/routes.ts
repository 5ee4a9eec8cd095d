import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { asking, shellRoute } from '@/app/routes';

export const requestsRoutes = [
  createRoute({ getParentRoute: () => shellRoute, path: '/requests', loader: asking(() => import('./list/subject')), component: lazyRouteComponent(() => import('./list/RequestList')) }),
  createRoute({ getParentRoute: () => shellRoute, path: '/requests/new', component: lazyRouteComponent(() => import('./form/NewRequest')) }),
  createRoute({ getParentRoute: () => shellRoute, path: '/requests/import', component: lazyRouteComponent(() => import('./import/ImportPage')) }),
  createRoute({ getParentRoute: () => shellRoute, path: '/requests/challenges', component: lazyRouteComponent(() => import('./challenge/ChallengePage')) }),
  createRoute({ getParentRoute: () => shellRoute, path: '/requests/$id', component: lazyRouteComponent(() => import('./one/OneRequest')) }),
] as const;
