import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, Outlet, redirect } from '@tanstack/react-router';

import type { Search } from './search';
import { selfQuery } from './session';
import Shell from './shell/Shell';

/** What every route can load with. */
export interface RouteContext {
  queries: QueryClient;
}

export const rootRoute = createRootRouteWithContext<RouteContext>()({
  component: Outlet,
  validateSearch: (search): Search => search as Search,
});

/** The frame around all pages of who is signed in; who is not is asked to, and comes back. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  beforeLoad: async ({ context, location }) => {
    const self = await context.queries.ensureQueryData(selfQuery);
    if (self === null || self.mustChangePassword === true) {
      throw redirect({ to: '/sign-in', search: { to: location.href } });
    }
  },
  component: Shell,
});

/** A loader that asks for what a page shows while the page itself is made, and waits for neither. */
export const asking =
  (load: () => Promise<{ ahead: (queries: QueryClient, search: Search) => void }>) =>
  ({ context, location }: { context: RouteContext; location: { search: Search } }): void =>
    void load().then(({ ahead }) => ahead(context.queries, location.search), () => undefined); // the page itself tells that it cannot be loaded
