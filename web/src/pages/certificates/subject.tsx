import type { QueryClient } from '@tanstack/react-query';
import type { TFunction } from 'i18next';

import { say } from '@/app/language';
import { useNow } from '@/app/now';
import { askRows } from '@/parts/list/rows';
import { listState } from '@/parts/list/state';
import type { Column, Subject } from '@/parts/list/subject';
import { Grade, State, type StateName } from '@/parts/State';
import { When } from '@/parts/When';

import { nameOf, type CertificateRow } from './names';

export const path = '/api/v1/certificates';

/** The state of a row as shape and word. */
export function StateOf({ row }: { row: Pick<CertificateRow, 'state' | 'renewalMode'> }) {
  return <State state={(row.state ?? 'valid') as StateName} unmanaged={row.renewalMode === 'none'} />;
}

function Name({ row }: { row: CertificateRow }) {
  const name = nameOf(row);
  return (
    <span title={row.dn}>
      {row.state === 'revoked' ? <s>{name}</s> : name}
    </span>
  );
}

const near = 100 * 86_400_000; // milliseconds; of what is farther away the date says enough

function Ends({ at }: { at: number | undefined }) {
  const now = useNow();
  if (at === undefined) return null;
  return (
    <>
      <When at={at} />
      {Math.abs(at - now) < near && <span className="muted"> · <When at={at} as="distance" /></span>}
    </>
  );
}

const day = (at: number | undefined) => (at === undefined || at === 0 ? null : <When at={at} />);

function columns(t: TFunction): Column<CertificateRow>[] {
  const text = (name: keyof CertificateRow & string, sort = true, usual = false): Column<CertificateRow> => ({
    name, title: t(`certificates:column.${name}`), fields: [name], usual, ...(sort ? { sort: name } : {}), draw: (r) => <span title={String(r[name] ?? '')}>{String(r[name] ?? '')}</span>,
  });
  return [
    { name: 'state', title: t('certificates:column.state'), fields: ['state', 'renewalMode'], usual: true, draw: (r) => <StateOf row={r} /> },
    { name: 'name', title: t('certificates:column.name'), fields: ['dn', 'subjectAlternateNames', 'state'], usual: true, sort: 'dn', lead: true, draw: (r) => <Name row={r} /> },
    { name: 'ends', title: t('certificates:column.ends'), fields: ['notAfter'], usual: true, sort: 'notAfter', draw: (r) => <Ends at={r.notAfter} /> },
    { name: 'profile', title: t('certificates:column.profile'), fields: ['profile'], usual: true, sort: 'profile', draw: (r) => r.profile ?? <span className="muted">{t('common:state.unmanaged')}</span> },
    { name: 'answers', title: t('certificates:column.answers'), fields: ['owner', 'team'], usual: true, sort: 'owner', draw: (r) => [r.owner, r.team].filter((x) => x !== undefined && x !== '').join(' · ') || <span className="muted">–</span> },
    {
      name: 'grade', title: t('certificates:column.grade'), fields: ['grades'], usual: true,
      draw: (r) => ((r.grades ?? []).length === 0 ? <Grade letter={undefined} /> : (r.grades ?? []).slice(0, 3).map((g) => <span key={g.name} title={g.name}><Grade letter={g.grade} /> </span>)),
    },
    text('keyType'), text('team'), text('owner'), text('contactEmail'), text('serial'), text('issuer'), text('dn'), text('thumbprint', true), text('signingAlgorithm'), text('module'),
    { name: 'san', title: t('certificates:column.san'), fields: ['subjectAlternateNames'], draw: (r) => <Some all={(r.subjectAlternateNames ?? []).map((n) => n.value)} /> },
    { name: 'labels', title: t('certificates:column.labels'), fields: ['labels'], draw: (r) => <Some all={(r.labels ?? []).map((l) => `${l.key} = ${l.value}`)} /> },
    { name: 'begins', title: t('certificates:column.begins'), fields: ['notBefore'], sort: 'notBefore', draw: (r) => day(r.notBefore) },
    { name: 'renewal', title: t('certificates:column.renewal'), fields: ['renewalDue'], sort: 'renewalDue', draw: (r) => day(r.renewalDue) },
    { name: 'mode', title: t('certificates:column.mode'), fields: ['renewalMode'], draw: (r) => t(`certificates:mode.${r.renewalMode ?? 'none'}`) },
    { name: 'revoked', title: t('certificates:column.revoked'), fields: ['revocationDate', 'revocationReason'], sort: 'revocationDate', draw: (r) => <>{day(r.revocationDate)} {r.revocationReason === undefined ? '' : t(`certificates:reason.${r.revocationReason}`)}</> },
    { name: 'escrowed', title: t('certificates:column.escrowed'), fields: ['escrowed'], sort: 'escrowed', draw: (r) => t(r.escrowed === true ? 'certificates:yes' : 'certificates:no') },
  ];
}

function Some({ all }: { all: string[] }) {
  return <span title={all.join('\n')}>{all.slice(0, 3).join(', ')}{all.length > 3 ? ` +${all.length - 3}` : ''}</span>;
}

/** The list of certificates. */
export function certificates(t: TFunction): Subject<CertificateRow> {
  return {
    name: 'certificates', path, columns: columns(t), fields: ['dn', 'subjectAlternateNames', 'serial'], sort: '-_id',
    id: (r) => r._id, label: nameOf, link: (r) => `/certificates/${r._id}`,
  };
}

/** Asks for the certificates an address shows. */
export function ahead(queries: QueryClient, search: Record<string, string | undefined>): void {
  if ((search.group ?? '') === '') askRows(queries, certificates(say), listState(search));
}
