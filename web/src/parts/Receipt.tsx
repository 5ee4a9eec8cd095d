import { Anchor } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';

/** A link to the event that recorded something. It stands outside the router too, in notifications. */
export function EventLink({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Anchor underline="always" href={`/ui/events/${encodeURIComponent(id)}`} inherit>
      {t('common:event')}
    </Anchor>
  );
}

/** Says what was done, with its events: "Revoked www.example.com. Event". */
export function receipt(sentence: string, events: string[] = []): void {
  notifications.show({
    message: (
      <>
        {sentence} {events.slice(0, 3).map((id) => <EventLink key={id} id={id} />)}
      </>
    ),
    color: 'teal',
    withBorder: true,
    closeButtonProps: { 'aria-label': i18next.t('common:close') },
  });
}
