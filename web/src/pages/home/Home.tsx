import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';

import { useHolds } from '@/app/rights';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';

import { Expiry } from './Expiry';
import styles from './home.module.css';
import { Needs } from './Needs';
import { homeQuery } from './query';
import { Recent } from './Recent';
import { setsUp, setupQuery } from './setup/query';

const Setup = lazy(() => import('./Setup'));

/** What waits for the reader, soonest harm first; what ends in the next weeks; what they did last. Its parts come at once, so that none moves another. */
export default function Home() {
  const { t } = useTexts();
  const { data, error } = useQuery(homeQuery);
  const sets = useHolds('configuration:system');
  const { data: setup, isPending } = useQuery({ ...setupQuery, enabled: sets });
  return (
    <Page title={t('places:home')}>
      <div className={styles.home}>
        <FaultBox fault={error} />
        {data !== undefined && !(sets && isPending) && (
          <Suspense fallback={null}>
            {setsUp(setup) && <Setup />}
            <Needs home={data} />
            <Expiry weeks={data.expiry?.weeks ?? []} totals={data.expiry?.totals ?? []} />
            <Recent events={data.recent ?? []} />
          </Suspense>
        )}
      </div>
    </Page>
  );
}
