import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { ask, type Schemas } from '@/api/client';
import { spoken } from '@/app/language';
import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { Own, useOpened } from '@/parts/saved/Own';
import styles from '@/parts/saved/Saved.module.css';
import type { SavedList } from '@/parts/saved/SaveQuery';

import { path } from './subject';
import { searchOfView, viewsOf, type View } from './views';

const counted = ['due', 'expired', 'unmanaged'] as const;
type Counts = Partial<Record<View['name'], Schemas['CertificatesCounted']>>;

/** How many due, expired and unmanaged there are: one question for all of them, once the rows are there. */
function useCounts(views: View[], drawn: boolean): Counts {
  const queries = counted.map((name) => views.find((v) => v.name === name)?.q ?? '');
  const { data } = useQuery({
    queryKey: ['certificates', 'views', queries],
    staleTime: 30_000,
    enabled: drawn,
    queryFn: async ({ signal }): Promise<Counts> => {
      const { body } = await ask<Schemas['CertificateCounts']>({ method: 'POST', path: `${path}/count`, body: { queries }, signal });
      return Object.fromEntries(counted.map((name, i) => [name, body.counts?.[i]]));
    },
  });
  return data ?? {};
}

/** Views as tabs: the built-in ones with their counts, then one's own. Each is a link. They are counted once the list is drawn. */
export function Views({ list, drawn }: { list: SavedList; drawn: boolean }) {
  const { t } = useTexts();
  const self = useSelf();
  const views = viewsOf(self);
  const counts = useCounts(views, drawn);
  const of = useOpened(list);
  return (
    <nav className={styles.views} aria-label={t('certificates:views')}>
      {views.map((v) => (
        <Link key={v.name} to="/certificates" search={searchOfView(v)} className={styles.view} aria-current={list.state.q === v.q && of === undefined ? 'page' : undefined}>
          {t(`certificates:view.${v.name}`)} <Tally of={counts[v.name]} />
        </Link>
      ))}
      <Own list={list} />
    </nav>
  );
}

/** How many a view has, and a plus where there are more than were counted. */
function Tally({ of }: { of: Schemas['CertificatesCounted'] | undefined }) {
  if (of === undefined) return null;
  return <span className="muted number">{figure(of.count ?? 0, spoken())}{of.more === true && '+'}</span>;
}
