import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { shellRoute } from '@/app/routes';

export const teamRoutes = [createRoute({ getParentRoute: () => shellRoute, path: '/teams/$name', component: lazyRouteComponent(() => import('./Team')) })] as const;
