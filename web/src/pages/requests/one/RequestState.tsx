import { useTexts } from '@/app/texts';
import { State, type StateName } from '@/parts/State';

import type { Status } from '../wire';

const looks: Record<Status, StateName> = { pending: 'pending', approved: 'pending', in_progress: 'pending', completed: 'valid', denied: 'expired', canceled: 'superseded', failed: 'expired' };

/** How far a request is, as shape and word. */
export function RequestState({ status }: { status: Status }) {
  const { t } = useTexts();
  return <State state={looks[status]}>{t(`requests:status.${status}`)}</State>;
}
