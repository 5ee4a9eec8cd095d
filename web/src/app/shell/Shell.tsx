import { Outlet } from '@tanstack/react-router';

import { useAppearance } from '../appearance';
import { useLightLinks } from '../light';
import { SelfProvider } from '../session';
import { useTexts } from '../texts';
import { Announcements } from './Announcements';
import { Offline } from './Offline';
import { Rail } from './Rail';
import { SessionEnd } from './SessionEnd';
import styles from './Shell.module.css';
import { ShellKeys } from './ShellKeys';
import { TopLine } from './TopLine';

/** The frame of every page of who is signed in. */
export default function Shell() {
  return (
    <SelfProvider>
      <Frame />
    </SelfProvider>
  );
}

/** Announcements, rail, top line, content. */
function Frame() {
  const { t } = useTexts();
  useAppearance();
  useLightLinks();
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
