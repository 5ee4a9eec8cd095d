import { PageLink } from '@/parts/links';
import { When } from '@/parts/When';

import styles from '../Config.module.css';
import { keyOf, type Item, type Kind, type Standing } from '../model/kinds';

/** Who stored an object last, and when; it leads to the history. */
export function Changed({ kind, item, standing }: { kind: Kind; item: Item; standing: Standing | undefined }) {
  if (standing?.changedAt === undefined) return <span className="muted">–</span>;
  return (
    <>
      {standing.changedBy !== undefined && <div>{standing.changedBy}</div>}
      <PageLink className={styles.link} to="/config/$kind/$name" params={{ kind: kind.kind, name: keyOf(kind, item) }} search={{ tab: 'history' }}>
        <When at={standing.changedAt} as="distance" />
      </PageLink>
    </>
  );
}
