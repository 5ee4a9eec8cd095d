import { Menu, UnstyledButton } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { ExternalLink, ListFilter, ListX } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

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

/** A value of an event: only events with it, only those without, or the page of what it names. Its menu is made when it is first asked for. */
export function Value({ field, value, query, children }: Props) {
  const [asked, ask] = useState(false);
  if (value === '') return <span className="muted">–</span>;
  const shown = children ?? value;
  if (asked) return <Choices field={field} value={value} query={query}>{shown}</Choices>;
  return <button type="button" className={styles.value} title={value} aria-haspopup="menu" aria-expanded={false} onClick={() => ask(true)}>{shown}</button>;
}

function Choices({ field, value, query, children }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const target = useRef<HTMLButtonElement>(null);
  useEffect(() => target.current?.focus(), []); // it stands where the button was that had the focus
  const page = pages[field.replace(/^detail\./, '')];
  const search = (term: string) => void navigate({ to: '/events', search: { q: withTerm(query, term) } as never });
  return (
    <Menu position="bottom-start" shadow="md" defaultOpened onClose={() => target.current?.focus()}>
      <Menu.Target>
        <UnstyledButton ref={target} className={styles.value} fz="inherit" title={value}>{children}</UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<ListFilter size={16} aria-hidden />} onClick={() => search(`${field} equals ${quoted(value)}`)}>{t('events:onlyThis')}</Menu.Item>
        <Menu.Item leftSection={<ListX size={16} aria-hidden />} onClick={() => search(`not ${field} equals ${quoted(value)}`)}>{t('events:notThis')}</Menu.Item>
        {page !== undefined && <Menu.Item leftSection={<ExternalLink size={16} aria-hidden />} onClick={() => void navigate({ to: `${page}${encodeURIComponent(value)}` as string })}>{t('events:openThis')}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}
