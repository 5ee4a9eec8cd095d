import { Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { useAppearance } from '../appearance';
import { Announcements } from './Announcements';
import { Offline } from './Offline';
import { Rail } from './Rail';
import { SessionEnd } from './SessionEnd';
import styles from './Shell.module.css';
import { ShellKeys } from './ShellKeys';
import { TopLine } from './TopLine';

/** The frame of every page: announcements, rail, top line, content. */
export default function Shell() {
  const { t } = useTranslation();
  useAppearance();
  return (
    <div className={styles.shell}>
      <a className="skip" href="#content">
        {t('common:skip')}
      </a>
      <Announcements />
      <Offline />
      <div className={styles.body}>
        <Rail />
        <div className={styles.main}>
          <TopLine />
          <main id="content" tabIndex={-1} className={styles.content}>
            <Outlet />
          </main>
        </div>
      </div>
      <SessionEnd />
      <ShellKeys />
    </div>
  );
}
