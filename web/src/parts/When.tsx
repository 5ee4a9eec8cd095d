import { spoken } from '@/app/language';
import { useNow } from '@/app/now';
import { usePreferences } from '@/app/session';
import { dayOf, distance, fullTime } from '@/app/times';

interface Props {
  /** Milliseconds since 1970. */
  at: number;
  /** day: "22 Nov"; distance: "in 4 days"; full: with seconds and zone. */
  as?: 'day' | 'distance' | 'full';
}

/** A time; the whole of it and UTC in ISO 8601 stand behind it. Lists have hundreds: it is as plain as it looks. */
export function When({ at, as = 'day' }: Props) {
  const { utc = false } = usePreferences();
  const language = spoken();
  const full = fullTime(at, language, utc);
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} title={`${full} · ${iso}`}>
      {as === 'full' ? full : <Near at={at} as={as} utc={utc} />}
    </time>
  );
}

/** What changes while the page is looked at. */
function Near({ at, as, utc }: { at: number; as: 'day' | 'distance'; utc: boolean }) {
  const now = useNow();
  return as === 'day' ? dayOf(at, now, spoken(), utc) : distance(at, now, spoken());
}
