import { Anchor } from '@mantine/core';
import i18next from 'i18next';

import { useTexts } from '@/app/texts';

/** A link to the event that recorded something. It stands outside the router too, in notifications. */
export function EventLink({ id }: { id: string }) {
  const { t } = useTexts();
  return (
    <Anchor underline="always" href={`/ui/events/${encodeURIComponent(id)}`} inherit>
      {t('common:event')}
    </Anchor>
  );
}

/** A link to the events of one call: to the event, or to the log with all of them. */
export function EventLinks({ ids }: { ids: string[] }) {
  const { t } = useTexts();
  const [first] = ids;
  if (first === undefined) return null;
  if (ids.length === 1) return <EventLink id={first} />;
  const query = `id in [${ids.map((id) => JSON.stringify(id)).join(', ')}]`;
  return (
    <Anchor underline="always" href={`/ui/events?${new URLSearchParams({ q: query }).toString()}`} inherit>
      {t('common:events', { count: ids.length })}
    </Anchor>
  );
}

/** Says what was done, with its events: "Revoked www.example.com. Event". `undo` takes back what can be taken back; it is offered for ten seconds. */
export function receipt(sentence: string, events: string[] = [], undo?: { label: string; run: () => void }): void {
  void import('./Notices').then(({ show, hide }) => {
    const take = () => {
      hide(id);
      undo?.run();
    };
    const id = show({
      message: (
        <>
          {sentence} <EventLinks ids={events} />{' '}
          {undo !== undefined && (
            <Anchor component="button" type="button" underline="always" inherit onClick={take}>
              {undo.label}
            </Anchor>
          )}
        </>
      ),
      autoClose: undo === undefined ? 8_000 : 10_000,
      color: 'teal',
      withBorder: true,
      closeButtonProps: { 'aria-label': i18next.t('common:close') },
    });
  });
}
