import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useState } from 'react';

import { spoken } from '@/app/language';
import { useSelf } from '@/app/session';
import { Waiting } from '@/app/edges';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';

import styles from './Config.module.css';
import { kindsQuery } from './model/kinds';
import { fieldTexts } from './model/words';
import { entriesOf } from './sections';

/** The second column of configuration, and the page beside it. */
export default function Config() {
  const { t } = useTexts();
  const { pathname } = useLocation();
  const kinds = useQuery(kindsQuery);
  const words = useQuery(fieldTexts(spoken()));
  const start = /^\/config\/?$/.test(pathname);
  if (kinds.error !== null) return <FaultBox fault={kinds.error} />;
  if (kinds.data === undefined || words.isPending) return <Waiting />;
  return (
    <div className={styles.config}>
      <nav className={start ? `${styles.column} ${styles.start}` : styles.column} aria-label={t('places:configuration')}>
        <Column />
      </nav>
      <div className={styles.content}>
        <Outlet />
      </div>
    </div>
  );
}

function Column() {
  const { t } = useTexts();
  const self = useSelf();
  const { data: kinds = [] } = useQuery(kindsQuery);
  const [text, setText] = useState('');
  const all = entriesOf(self, kinds, (id) => t(`config:pages.${id}`));
  const wanted = text.trim().toLowerCase();
  const found = [...all].map(([section, entries]) => [section, entries.filter((e) => `${e.title} ${e.id}`.toLowerCase().includes(wanted))] as const).filter(([, e]) => e.length > 0);
  return (
    <>
      <TextInput size="xs" mb="sm" aria-label={t('config:find')} placeholder={t('config:find')} leftSection={<Search size={14} aria-hidden />} value={text} onChange={(e) => setText(e.currentTarget.value)} />
      {found.map(([section, entries]) => (
        <div key={section} className={wanted === '' ? `${styles.section} ${styles.idle}` : styles.section}>
          <p className={styles.heading} id={`section-${section}`}>
            {t(`config:sections.${section}`)}
          </p>
          <ul className={styles.entries} aria-labelledby={`section-${section}`}>
            {entries.map((e) => (
              <li key={e.id}>
                <Link to={e.to} className={styles.entry} activeOptions={{ exact: false, includeSearch: false }}>
                  {e.title}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <p className="unseen" role="status">{wanted === '' ? '' : t('config:found', { count: found.reduce((n, [, e]) => n + e.length, 0) })}</p>
    </>
  );
}
