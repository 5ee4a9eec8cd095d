import { Tooltip } from '@mantine/core';

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

/** A time; UTC in ISO 8601 stands behind it. */
export function When({ at, as = 'day' }: Props) {
  const { utc = false } = usePreferences();
  const language = spoken();
  const now = useNow();
  const full = fullTime(at, language, utc);
  const text = as === 'full' ? full : as === 'day' ? dayOf(at, now, language, utc) : distance(at, now, language);
  const iso = new Date(at).toISOString();
  return (
    <Tooltip label={`${full} · ${iso}`}>
      <time dateTime={iso}>{text}</time>
    </Tooltip>
  );
}
