import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { QueryClient } from '@tanstack/react-query';
import i18next from 'i18next';

import { ask, type Answer } from '@/api/client';
import { faultOf } from '@/api/fault';
import { EventLink } from '@/parts/Receipt';

import { documentOf, itemQuery, titleOf, type Item, type Kind } from '../model/kinds';
import type { Difference } from '../model/values';
import type { TestResult } from './Tested';

/** The object a change leads to; after a dry run, with what would change. */
export type Changed = Item & { _dryRun?: { changes: Difference[] } };

/** Sends an object: a new one, or one that was read at a revision. */
export function send(kind: Kind, document: Item, { isNew, revision, dry = false }: { isNew: boolean; revision?: string; dry?: boolean }): Promise<Answer<Changed>> {
  return ask<Changed>({
    method: isNew && !kind.upsert ? 'POST' : 'PUT',
    path: `${kind.path}${dry ? '?dryRun=true' : ''}`,
    body: document,
    ...(revision === undefined || revision === '' ? {} : { headers: { 'if-match': revision } }),
  });
}

/** Tries an object as it would be stored, with the stored secrets in place of those that are left out. */
export const tryOut = async (kind: Kind, document: Item): Promise<TestResult> => (await ask<TestResult>({ method: 'POST', path: `/api/v1/system/kinds/${kind.kind}/test`, body: document })).body;

/** Everything that was shown of configuration is asked again. */
export const refresh = (queries: QueryClient) => queries.invalidateQueries({ queryKey: ['config'], predicate: (q) => !['kinds', 'fields'].includes(String(q.queryKey[1])) });

/** Switches an object on or off at once, and offers to undo that for ten seconds. */
export async function switchOn(queries: QueryClient, kind: Kind, name: string, enabled: boolean, undoable = true): Promise<void> {
  try {
    const { item, revision } = await queries.fetchQuery(itemQuery(kind, name));
    const { events } = await send(kind, { ...documentOf(item), enabled }, { isNew: false, revision });
    await refresh(queries);
    const id = `switch-${kind.kind}-${name}`;
    const undo = () => {
      notifications.hide(id);
      void switchOn(queries, kind, name, !enabled, false);
    };
    notifications.show({
      id,
      color: 'teal',
      withBorder: true,
      autoClose: 10_000,
      closeButtonProps: { 'aria-label': i18next.t('common:close') },
      message: (
        <Group gap="sm" justify="space-between">
          <span>
            {i18next.t(enabled ? 'config:switchedOn' : 'config:switchedOff', { name, kind: titleOf(kind, true) })} {events.slice(0, 1).map((e) => <EventLink key={e} id={e} />)}
          </span>
          {undoable && (
            <Button size="compact-xs" variant="default" onClick={undo}>
              {i18next.t('config:undo')}
            </Button>
          )}
        </Group>
      ),
    });
  } catch (thrown) {
    const fault = faultOf(thrown);
    notifications.show({ color: 'red', withBorder: true, title: fault.message, message: fault.problems.join(' '), closeButtonProps: { 'aria-label': i18next.t('common:close') } });
  }
}
