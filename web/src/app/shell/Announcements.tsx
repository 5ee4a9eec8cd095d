import { queryOptions, useQuery } from '@tanstack/react-query';

import { api, bodyOf } from '@/api/client';

import { spoken } from '../language';
import styles from './Shell.module.css';

/** What an interface shows before anybody has signed in. */
export const uiQuery = queryOptions({ queryKey: ['ui'], staleTime: 300_000, queryFn: () => bodyOf(api.GET('/api/v1/ui')) });

/** What the administrators have to say to everybody. */
export function Announcements() {
  const { data } = useQuery(uiQuery);
  return (data?.announcements ?? []).map((a, i) => {
    const text = a.content.find((c) => c.lang === spoken()) ?? a.content[0];
    return (
      <aside key={i} className={`${styles.announcement} ${styles[a.level]}`} role="note" lang={text?.lang}>
        {text?.value}
      </aside>
    );
  });
}
