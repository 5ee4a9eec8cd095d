import { useQuery } from '@tanstack/react-query';
import { Navigate, useParams } from '@tanstack/react-router';

import { Waiting } from '@/app/edges';
import { useTexts } from '@/app/texts';
import { Empty } from '@/parts/Empty';
import { FaultBox } from '@/parts/FaultBox';
import { PageLink } from '@/parts/links';
import { Page } from '@/parts/Page';
import { quoted } from '@/parts/query/terms';

import { fewQuery } from './calls';

/** An address written by hand in a ticket: a serial number or thumbprint leads to its certificate, several to their list. */
export default function Find() {
  const { t } = useTexts();
  const { what } = useParams({ strict: false }) as { what: string };
  const query = `serial = ${quoted(what)} or thumbprint = ${quoted(what)}`;
  const { data, error } = useQuery(fewQuery(query, []));
  const title = t('certificates:find.title', { what });
  if (error !== null) return <Page title={title} narrow><FaultBox fault={error} /></Page>;
  if (data === undefined) return <Waiting />;
  const [one, ...more] = data;
  if (one !== undefined && more.length === 0) return <Navigate to="/certificates/$id" params={{ id: one._id }} replace />;
  if (one !== undefined) return <Navigate to="/certificates" search={{ q: query } as never} replace />;
  return (
    <Page title={title} narrow>
      <Empty title={t('certificates:find.none')}>
        <PageLink to="/certificates">{t('certificates:find.search')}</PageLink>
      </Empty>
    </Page>
  );
}
