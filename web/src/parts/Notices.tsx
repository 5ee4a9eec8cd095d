import { Notifications, notifications } from '@mantine/notifications';

/** Where receipts appear. */
export default function Notices() {
  return <Notifications position="bottom-right" limit={4} autoClose={8000} transitionDuration={120} />;
}

export const { show, hide } = notifications;
