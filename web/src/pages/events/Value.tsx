import { Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { ExternalLink, ListFilter, ListX } from 'lucide-react';

import { useTexts } from '@/app/texts';
import { MenuButton } from '@/parts/MenuButton';
import { quoted, withTerm } from '@/parts/query/terms';

import styles from './events.module.css';

/** Pages of what details name. */
const pages: Record<string, string> = { certificateId: '/certificates/', requestId: '/requests/', batchId: '/batches/' };

interface Props {
  /** The field of the query language: "code", "detail.actorId". */
  field: string;
  value: string;
  /** The query that is narrowed. */
  query: string;
  /** What is shown, where it is not the value itself. */
  children?: React.ReactNode;
}

/** A value of an event: only events with it, only those without, or the page of what it names. */
export function Value({ value, children, ...rest }: Props) {
  if (value === '') return <span className="muted">–</span>;
  return (
    <MenuButton position="bottom-start" button={<button type="button" className={styles.value} title={value}>{children ?? value}</button>}>
      {() => <Choices value={value} {...rest} />}
    </MenuButton>
  );
}

function Choices({ field, value, query }: Omit<Props, 'children'>) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const page = pages[field.replace(/^detail\./, '')];
  const search = (term: string) => void navigate({ to: '/events', search: { q: withTerm(query, term) } as never });
  return (
    <>
      <Menu.Item leftSection={<ListFilter size={16} aria-hidden />} onClick={() => search(`${field} equals ${quoted(value)}`)}>{t('events:onlyThis')}</Menu.Item>
      <Menu.Item leftSection={<ListX size={16} aria-hidden />} onClick={() => search(`not ${field} equals ${quoted(value)}`)}>{t('events:notThis')}</Menu.Item>
      {page !== undefined && <Menu.Item leftSection={<ExternalLink size={16} aria-hidden />} onClick={() => void navigate({ to: `${page}${encodeURIComponent(value)}` as string })}>{t('events:openThis')}</Menu.Item>}
    </>
  );
}
