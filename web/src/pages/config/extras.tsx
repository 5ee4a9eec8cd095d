import { lazy, type ReactNode } from 'react';

import { holds } from '@/app/rights';
import type { Self } from '@/app/session';

import type { Item, Kind, Variant } from './model/kinds';
import type { Editing } from './object/useEditor';

const Members = lazy(() => import('./access/Members'));
const Rights = lazy(() => import('./access/Rights'));
const Sessions = lazy(() => import('./access/Sessions'));
const Explain = lazy(() => import('./access/Explain'));
const Account = lazy(() => import('./access/Account'));
const TryTrigger = lazy(() => import('./try/TryTrigger'));
const TryGrading = lazy(() => import('./try/TryGrading'));
const TryPolicy = lazy(() => import('./try/TryPolicy'));

interface Given {
  kind: Kind;
  name: string;
  item: Item | undefined;
  editing: Editing;
}

/** A tab an object has besides those of every kind: what can be done with it by the API and by no form. */
export interface Extra {
  id: string;
  draw: (given: Given) => ReactNode;
}

/** The further tabs of an object. */
export function extrasOf(kind: Kind, _: Variant, self: Self, name: string): Extra[] {
  const manage = holds(self, kind.permissions.manage);
  switch (kind.kind) {
    case 'role':
    case 'team':
      return [{ id: 'members', draw: (g) => <Members kind={g.kind} name={g.name} may={manage} /> }];
    case 'principal-info':
      return [
        { id: 'rights', draw: (g) => <Rights name={g.name} /> },
        { id: 'explain', draw: (g) => <Explain name={g.name} /> },
        { id: 'sessions', draw: (g) => <Sessions name={g.name} may={manage} /> },
      ];
    case 'local-identity':
      return manage || self.identity?.identifier === name ? [{ id: 'account', draw: (g) => <Account name={g.name} may={manage} /> }] : [];
    case 'trigger':
      return manage ? [{ id: 'try', draw: (g) => <TryTrigger editing={g.editing} /> }] : [];
    case 'grading-policy':
    case 'grading-ruleset':
      return [{ id: 'try', draw: (g) => <TryGrading kind={g.kind} name={g.name} /> }];
    case 'password-policy':
      return [{ id: 'try', draw: (g) => <TryPolicy name={g.name} /> }];
  }
  return [];
}
