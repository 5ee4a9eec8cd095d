import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { PageLink } from '@/parts/links';

import styles from '../Config.module.css';
import { keyOf, type Item, type Kind, type Standing } from '../model/kinds';
import { queryOf } from '../object/Uses';

/** What refers to an object and what belongs to it; each number opens its list. */
export function InUse({ kind, item, standing }: { kind: Kind; item: Item; standing: Standing | undefined }) {
  const { t } = useTexts();
  if (standing === undefined) return null;
  const name = keyOf(kind, item);
  const certificates = standing.counts.certificates;
  if (standing.usedBy === 0 && (certificates?.count ?? 0) === 0) return <span className="muted">{t('config:unused')}</span>;
  return (
    <>
      {certificates !== undefined && certificates.count > 0 && (
        <div>
          <PageLink className={styles.link} to="/certificates" search={{ q: queryOf(kind.kind, name, item) }}>
            {t(certificates.more === true ? 'config:certificatesOver' : 'config:certificates', { count: certificates.count, figure: figure(certificates.count, spoken()) })}
          </PageLink>
        </div>
      )}
      {standing.usedBy > 0 && (
        <div>
          <PageLink className={styles.link} to="/config/$kind/$name" params={{ kind: kind.kind, name }} search={{ tab: 'uses' }}>
            {t('config:objects', { count: standing.usedBy })}
          </PageLink>
        </div>
      )}
    </>
  );
}
