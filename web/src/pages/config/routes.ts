import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { shellRoute } from '@/app/routes';

const config = createRoute({ getParentRoute: () => shellRoute, path: '/config', component: lazyRouteComponent(() => import('./Config')) });
const below = <P extends string>(path: P, page: () => Promise<{ default: () => React.ReactNode }>) =>
  createRoute({ getParentRoute: () => config, path, component: lazyRouteComponent(page) });

/** Configuration: a second column beside its pages. */
export const configRoutes = [
  config.addChildren([
    below('/', () => import('./Start')),
    below('authorities', () => import('./access/Authorities')),
    below('authorities/$name', () => import('./access/AuthorityPage')),
    below('acme-accounts', () => import('./access/AcmeAccounts')),
    below('acme-keys', () => import('./access/AcmeKeys')),
    below('acme-policies', () => import('./access/AcmePolicies')),
    below('mail', () => import('./access/Mail')),
    below('transfer', () => import('./access/Transfer')),
    below('$kind', () => import('./KindPage')),
    below('$kind/new', () => import('./NewPage')),
    below('$kind/$name', () => import('./ObjectPage')),
  ]),
  createRoute({ getParentRoute: () => shellRoute, path: '/me', component: lazyRouteComponent(() => import('./access/Me')) }),
] as const;
