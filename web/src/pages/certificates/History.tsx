import { useQuery } from '@tanstack/react-query';
import { Check, FileText, TriangleAlert, X } from 'lucide-react';

import { ask } from '@/api/client';
import { spoken } from '@/app/language';
import { useNow } from '@/app/now';
import { useHolds } from '@/app/rights';
import { usePreferences } from '@/app/session';
import { useTexts } from '@/app/texts';
import { dayOf } from '@/app/times';
import { FaultBox } from '@/parts/FaultBox';
import { PageLink } from '@/parts/links';
import { quoted } from '@/parts/query/terms';
import { When } from '@/parts/When';

import styles from './Certificates.module.css';
import { daysOf, type Asked, type Entry, type Recorded } from './timeline';
import type { Certificate } from './names';
import { Section } from './Section';

const shapes = { success: Check, warning: TriangleAlert, failure: X } as const;

/** What happened to the certificate: its requests and, for who may see them, its events; what comes stands above now. */
export function History({ certificate: c }: { certificate: Certificate }) {
  const { t } = useTexts();
  const now = useNow();
  const { utc = false } = usePreferences();
  const auditor = useHolds('configuration:event');
  const events = useQuery({
    queryKey: ['certificates', 'events', c._id],
    enabled: auditor,
    queryFn: async () => (await ask<{ results: Recorded[] }>({ method: 'POST', path: '/api/v1/events/search', body: { query: `detail.certificateId equals ${quoted(c._id)}`, pageSize: 50 } })).body.results,
  });
  const requests = useQuery({
    queryKey: ['certificates', 'requests', c._id],
    queryFn: async () => (await ask<{ results: Asked[] }>({ method: 'POST', path: '/api/v1/requests/search', body: { query: `certificateid equals ${quoted(c._id)}`, fields: ['workflow', 'status', 'requester', 'approver', 'registrationDate'], pageSize: 50 } })).body.results,
  });
  const days = daysOf(events.data ?? [], requests.data ?? [], (at) => dayOf(at, now, spoken(), utc));
  const soon = [
    ...(c.state === 'valid' && c.renewalMode !== 'none' ? [{ at: c.renewalDue, text: t('certificates:willBeDue') }] : []),
    ...(c.notAfter > now && !c.revoked ? [{ at: c.notAfter, text: t('certificates:willEnd') }] : []),
  ].filter((x) => x.at > now).sort((a, b) => b.at - a.at);
  return (
    <Section title={t('certificates:section.history')} name="history"
      action={auditor ? <PageLink to="/events" search={{ q: `detail.certificateId equals ${quoted(c._id)}` } as never}>{t('certificates:allEvents')}</PageLink> : undefined}>
      <FaultBox fault={events.error ?? requests.error} />
      {soon.map((s) => <div key={s.text} className="muted">{s.text} <When at={s.at} /> · <When at={s.at} as="distance" /></div>)}
      <div className={styles.now}>{t('certificates:now')}</div>
      {days.map((d) => (
        <div key={d.day}>
          <div className={styles.day}>{d.day}</div>
          {d.entries.map((e) => <Line key={e.id} entry={e} />)}
        </div>
      ))}
      {days.length === 0 && events.isFetched && requests.isFetched && <span className="muted">{t('certificates:noHistory')}</span>}
    </Section>
  );
}

function Line({ entry }: { entry: Entry }) {
  const { t } = useTexts();
  const { utc = false } = usePreferences();
  const time = new Intl.DateTimeFormat(spoken() === 'fr' ? 'fr-FR' : 'en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', ...(utc ? { timeZone: 'UTC' } : {}) }).format(entry.at);
  const Icon = entry.kind === 'request' ? FileText : shapes[entry.status];
  const sentence = entry.kind === 'request' ? t('certificates:requested', { workflow: t(`certificates:workflow.${entry.word}`), status: t(`certificates:requestStatus.${entry.status}`) }) : t(`codes:${entry.word}`);
  return (
    <div className={styles.event}>
      <time dateTime={new Date(entry.at).toISOString()} className="muted">{time}</time>
      <Icon size={16} role="img" aria-label={entry.kind === 'request' ? t('certificates:request') : t(`certificates:ended.${entry.status}`)} className={entry.status === 'failure' ? styles.bad : undefined} />
      <span>
        {entry.kind === 'request' ? <PageLink underline="always" to={'/requests/$id' as never} params={{ id: entry.id } as never}>{sentence}</PageLink> : <PageLink underline="always" to={'/events/$id'} params={{ id: entry.id }}>{sentence}</PageLink>}
        {entry.count > 1 && <span className="muted"> {t('certificates:alike', { count: entry.count })}</span>}
        {entry.actor !== '' && <span className="muted"> · {entry.actor}</span>}
        {entry.reason !== '' && <span className={entry.kind === 'event' && entry.status === 'failure' ? styles.why : styles.reason}>{entry.reason}</span>}
      </span>
      <code className="muted">{entry.kind === 'event' ? entry.word : ''}</code>
    </div>
  );
}
