import { useQuery } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import { Fragment } from 'react';

import { useTexts } from '@/app/texts';
import { PageLink } from '@/parts/links';
import { quoted } from '@/parts/query/terms';
import { When } from '@/parts/When';

import { fewQuery } from './calls';
import styles from './Certificates.module.css';
import type { Certificate, CertificateRow } from './names';
import { Section } from './Section';
import { StateOf } from './subject';

const fields = ['dn', 'serial', 'notBefore', 'notAfter', 'state', 'renewalMode'];

/** What the certificate renewed, and what renewed it. */
export function Lineage({ certificate: c }: { certificate: Certificate }) {
  const { t } = useTexts();
  const near = [`successor = ${quoted(c._id)}`, ...(c.successor === undefined ? [] : [`id = ${quoted(c.successor)}`])].join(' or ');
  const { data } = useQuery(fewQuery(near, fields));
  const before = (data ?? []).filter((o) => o._id !== c.successor);
  const after = (data ?? []).filter((o) => o._id === c.successor);
  const self: CertificateRow = { _id: c._id, serial: c.serial, notBefore: c.notBefore, notAfter: c.notAfter, state: c.state, renewalMode: c.renewalMode };
  const open = c.state === 'valid' || c.state === 'due';
  return (
    <Section title={t('certificates:section.lineage')} name="lineage">
      <div className={styles.lineage}>
        {[...before, self, ...after].map((o, i) => (
          <Fragment key={o._id}>
            {i > 0 && <ArrowRight size={16} aria-label={t('certificates:renewedBy')} role="img" />}
            <Step row={o} here={o._id === c._id} />
          </Fragment>
        ))}
        {open && after.length === 0 && c.renewalMode === 'auto' && (
          <>
            <ArrowRight size={16} aria-hidden />
            <span className="muted">{t('certificates:renewsOn')} <When at={c.renewalDue} /></span>
          </>
        )}
      </div>
    </Section>
  );
}

function Step({ row, here }: { row: CertificateRow; here: boolean }) {
  const { t } = useTexts();
  const ends = row.notAfter === undefined ? null : <When at={row.notAfter} />;
  return (
    <span className={styles.step} aria-current={here ? 'true' : undefined}>
      {here ? <strong>{t('certificates:this')}</strong> : <PageLink to={'/certificates/$id'} params={{ id: row._id }}><code>{(row.serial ?? '').slice(0, 12)}</code></PageLink>}{' '}
      <StateOf row={row} /> <span className="muted">{t('certificates:until')} {ends}</span>
    </span>
  );
}
