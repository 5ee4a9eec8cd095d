import { ActionIcon, Anchor, Group, Skeleton, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight } from 'lucide-react';

import { useKeys } from '@/app/keys';
import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { FaultBox } from '@/parts/FaultBox';
import { walkOf } from '@/parts/list/walk';
import { Page } from '@/parts/Page';
import { Grade } from '@/parts/State';

import { Actions } from './Actions';
import { Answers } from './Answers';
import { certificateQuery } from './calls';
import styles from './Certificates.module.css';
import { History } from './History';
import { Life } from './Life';
import { Lineage } from './Lineage';
import { nameOf } from './names';
import { Download, Pem } from './Pem';
import { Standing } from './Standing';
import { Trust } from './Trust';
import { What } from './What';

/** One certificate: how it stands, who answers, what it is, whom it trusts, what came before and after, what happened. */
export default function CertificatePage() {
  const { t } = useTexts();
  const { id } = useParams({ strict: false }) as { id: string };
  const { data, error } = useQuery(certificateQuery(id));
  if (error !== null) return <Page title={t('certificates:title')} narrow><FaultBox fault={error} /></Page>;
  if (data === undefined) return <Page title={t('certificates:title')}><Skeleton height={320} role="status" aria-label={t('common:loading')} /></Page>;
  const { certificate: c, permissions } = data;
  return (
    <Page key={id} title={nameOf(c)} section={t('places:certificates')} actions={<><Download certificate={c} /><Actions certificate={c} allowed={permissions} /></>}>
      <Way id={id} />
      <div className={styles.head}>
        <Standing certificate={c} />
        {(c.grades ?? []).map((g) => <span key={g.name}>{g.name} <Grade letter={g.grade} /></span>)}
      </div>
      <Life certificate={c} />
      <div className={styles.columns}>
        <Answers certificate={c} allowed={permissions} />
        <What certificate={c} />
      </div>
      <Trust certificate={c} />
      <Lineage certificate={c} />
      <History certificate={c} />
      <Pem certificate={c} />
    </Page>
  );
}

/** The list one came from: back to it, and along it with j and k. */
function Way({ id }: { id: string }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const walk = walkOf('certificates', id);
  const to = (by: number) => {
    const next = walk?.ids[walk.at + by];
    if (next !== undefined) void navigate({ to: '/certificates/$id', params: { id: next } });
  };
  useKeys(walk === null ? [] : [{ keys: 'j', name: 'certificates:keys.next', run: () => to(1) }, { keys: 'k', name: 'certificates:keys.previous', run: () => to(-1) }]);
  if (walk === null) return null;
  return (
    <Group gap="xs" mb="xs" component="nav" aria-label={t('certificates:way')}>
      <Anchor href={`/ui${walk.back}`} onClick={(e) => { e.preventDefault(); void navigate({ href: walk.back }); }} size="sm">
        {walk.query === '' ? t('certificates:view.all') : walk.query}
      </Anchor>
      <span className="muted number">{figure(walk.first + walk.at, spoken())}</span>
      <Step label={t('certificates:keys.previous')} disabled={walk.at === 0} onClick={() => to(-1)} icon={<ChevronLeft size={16} aria-hidden />} />
      <Step label={t('certificates:keys.next')} disabled={walk.at === walk.ids.length - 1} onClick={() => to(1)} icon={<ChevronRight size={16} aria-hidden />} />
    </Group>
  );
}

function Step({ label, disabled, onClick, icon }: { label: string; disabled: boolean; onClick: () => void; icon: React.ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size="sm" aria-label={label} disabled={disabled} onClick={onClick}>{icon}</ActionIcon>
    </Tooltip>
  );
}
