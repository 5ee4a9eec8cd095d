import { Button, Group, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Circle, CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';

import { prefer } from '@/app/session';
import { useTexts } from '@/app/texts';
import { PageButton } from '@/parts/links';
import { When } from '@/parts/When';

import styles from './home.module.css';
import { FirstCertificate } from './setup/FirstCertificate';
import { NewIssuer } from './setup/NewIssuer';
import { NewProfile } from './setup/NewProfile';
import { setupQuery, type SetupView } from './setup/query';

/** The first hour: five steps whose ticks are facts the server found, however they came about. */
export default function Setup() {
  const { t } = useTexts();
  const queries = useQueryClient();
  const { data } = useQuery(setupQuery);
  if (data === undefined || data.done || data.dismissed) return null;
  const dismiss = async () => {
    await prefer(queries, { setupDismissed: true });
    await queries.invalidateQueries({ queryKey: setupQuery.queryKey });
  };
  const enabled = Object.values(data.profiles.enabled).flat();
  return (
    <section className={styles.panel} aria-labelledby="setup">
      <Group justify="space-between" mb="sm">
        <Title order={2} id="setup">{t('setup:title')}</Title>
        <Button variant="subtle" size="xs" onClick={() => void dismiss()}>{t('setup:dismiss')}</Button>
      </Group>
      <ol className={styles.steps}>
        <Step done={data.account.done} title={t('setup:account.title')}>
          <Account facts={data.account} />
        </Step>
        <Step done={data.issuer.done} title={t('setup:issuer.title')} facts={data.issuer.connectors}>
          {!data.issuer.done && <NewIssuer />}
        </Step>
        <Step done={data.profiles.done} title={t('setup:profile.title')} facts={enabled}>
          {data.issuer.done && !data.profiles.done && <NewProfile connectors={data.issuer.connectors} />}
        </Step>
        <Step done={data.firstCertificate !== undefined} title={t('setup:first.title')}>
          <FirstCertificate setup={data} />
        </Step>
        <Step done={data.then.mail && data.then.expiryNotification} title={t('setup:then.title')}>
          <Then facts={data.then} />
        </Step>
      </ol>
    </section>
  );
}

function Step({ done, title, facts = [], children }: { done: boolean; title: string; facts?: string[]; children?: ReactNode }) {
  const { t } = useTexts();
  return (
    <li className={styles.step}>
      {done ? <CircleCheck size={20} className={styles.done} role="img" aria-label={t('setup:done')} /> : <Circle size={20} role="img" aria-label={t('setup:open')} />}
      <div className={styles.stepText}>
        <Text fw={600}>{title}</Text>
        {facts.length > 0 && <Text size="sm" c="dimmed">{facts.join(', ')}</Text>}
        {children}
      </div>
    </li>
  );
}

function Account({ facts }: { facts: SetupView['account'] }) {
  const { t } = useTexts();
  return (
    <>
      <ul className={styles.facts}>
        <li>{t(facts.ownPassword ? 'setup:account.ownPassword' : 'setup:account.firstPassword')}</li>
        <li>{facts.identityProviders.length > 0 ? t('setup:account.providers', { names: facts.identityProviders.join(', ') }) : t('setup:account.administrators', { count: facts.administrators })}</li>
        <li>
          {facts.lastBackup === undefined ? t('setup:account.noBackup') : <>{t(facts.backupHolds ? 'setup:account.backup' : 'setup:account.oldBackup')} <When at={facts.lastBackup} as="full" /></>}
        </li>
        <li>{t(`setup:account.seal.${facts.sealSecret}`)}</li>
      </ul>
      {!facts.done && (
        <Group gap="sm" mt="sm">
          <PageButton to={'/config/local-identity' as string} variant="default" size="xs">{t('setup:account.people')}</PageButton>
          <PageButton to={'/config/identity-provider' as string} variant="default" size="xs">{t('setup:account.provider')}</PageButton>
        </Group>
      )}
    </>
  );
}

function Then({ facts }: { facts: SetupView['then'] }) {
  const { t } = useTexts();
  return (
    <>
      <ul className={styles.facts}>
        <li>{t(facts.mail ? 'setup:then.mail' : 'setup:then.noMail')}</li>
        <li>{t(facts.expiryNotification ? 'setup:then.expiry' : 'setup:then.noExpiry')}</li>
        <li>{t('setup:then.people', { accounts: facts.accounts, teams: facts.teams })}</li>
      </ul>
      <Group gap="sm" mt="sm">
        <PageButton to={'/config/trigger' as string} variant="default" size="xs">{t('setup:then.notifications')}</PageButton>
        <PageButton to={'/config/team' as string} variant="default" size="xs">{t('setup:then.teams')}</PageButton>
      </Group>
    </>
  );
}
