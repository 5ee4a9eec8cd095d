import { ActionIcon, Button, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Braces, Columns3, Download, Ellipsis, RotateCcw } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { askFile } from '@/api/client';
import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { figure } from '@/app/times';
import { ApiCall } from '@/parts/ApiCall';
import { FaultBox } from '@/parts/FaultBox';
import { MenuButton } from '@/parts/MenuButton';

import { saveFile } from './download';
import styles from './List.module.css';
import { bodyOf, useCount, useDrawn } from './rows';
import type { ListAddress } from './state';
import { columnsOf, leadOf, type Subject } from './subject';

interface Props<Row> {
  subject: Subject<Row>;
  state: ListAddress;
  /** Milliseconds the rows took. */
  took: number | undefined;
  /** Files of the list beside CSV; then a menu offers all of them. */
  exports?: Export[] | undefined;
  /** Further things to do with the list, before its own. */
  children?: ReactNode;
}

/** A file a list can be taken away as. */
export interface Export {
  label: string;
  save: () => Promise<void>;
}

/** How many were found, and what can be done with the list: columns, CSV, the call behind it. */
export function ListBar<Row>({ subject, state, took, exports = [], children }: Props<Row>) {
  const { t } = useTexts();
  const [call, show] = useState(false);
  const { data: count } = useCount(subject, state.q, useDrawn(subject, state));
  const body = bodyOf(subject, state);
  const whole = { ...body, fields: body.fields.filter((f) => f !== 'permissions'), pageIndex: undefined, pageSize: undefined };
  const csv = async () => {
    const { body: file } = await askFile({ method: 'POST', path: `${subject.path}/csv`, body: whole });
    saveFile(file, `${subject.name}-${new Date().toISOString().slice(0, 10)}.csv`);
  };
  const taking = useMutation({ mutationFn: (save: Export['save']) => save() });
  const files = [{ label: t('list:csv'), save: csv }, ...exports];
  const items = () => files.map((f) => <Menu.Item key={f.label} leftSection={<Download size={14} aria-hidden />} onClick={() => taking.mutate(f.save)}>{f.label}</Menu.Item>);
  return (
    <>
      <div className={styles.bar}>
        <span className={styles.found} role="status">
          {count !== undefined && t('list:found', { count, figure: figure(count, spoken()) })}
          {count !== undefined && took !== undefined && <span className={styles.took}>, {t('list:took', { took })}</span>}
        </span>
        {children}
        <ColumnMenu subject={subject} state={state} />
        {exports.length === 0 ? (
          <Button className={styles.wide} variant="default" size="xs" leftSection={<Download size={14} aria-hidden />} loading={taking.isPending} onClick={() => taking.mutate(csv)}>
            {t('list:csv')}
          </Button>
        ) : (
          <MenuButton button={<Button className={styles.wide} variant="default" size="xs" leftSection={<Download size={14} aria-hidden />} loading={taking.isPending}>{t('list:export')}</Button>}>{items}</MenuButton>
        )}
        <Button className={styles.wide} variant="default" size="xs" leftSection={<Braces size={14} aria-hidden />} onClick={() => show(true)}>
          {t('common:apiCall')}
        </Button>
        <div className={styles.slim}>
          <MenuButton button={<ActionIcon variant="default" size={30} aria-label={t('list:moreTools')} loading={taking.isPending}><Ellipsis size={16} aria-hidden /></ActionIcon>}>
            {() => (
              <>
                {items()}
                <Menu.Item leftSection={<Braces size={14} aria-hidden />} onClick={() => show(true)}>{t('common:apiCall')}</Menu.Item>
              </>
            )}
          </MenuButton>
        </div>
      </div>
      <FaultBox fault={taking.error} />
      {call && <ApiCall onClose={() => show(false)} call={{ method: 'POST', path: `${subject.path}/search`, body }} />}
    </>
  );
}

function ColumnMenu<Row>({ subject, state }: { subject: Subject<Row>; state: ListAddress }) {
  const { t } = useTexts();
  const shown = columnsOf(subject, state.cols).map((c) => c.name);
  const lead = leadOf(subject.columns)?.name;
  const toggle = (name: string) => {
    const next = subject.columns.map((c) => c.name).filter((n) => (n === name ? !shown.includes(n) : shown.includes(n)));
    const usual = subject.columns.filter((c) => c.usual === true).map((c) => c.name);
    state.set({ cols: next.join() === usual.join() ? '' : next.join() }, true);
  };
  return (
    <MenuButton closeOnItemClick={false} button={<Button className={styles.wide} variant="default" size="xs" leftSection={<Columns3 size={14} aria-hidden />}>{t('list:columns')}</Button>}>
      {() => (
        <>
          {subject.columns.map((c) => (
            <Menu.CheckboxItem key={c.name} checked={shown.includes(c.name)} disabled={c.name === lead} onChange={() => toggle(c.name)}>
              {c.title}
            </Menu.CheckboxItem>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<RotateCcw size={14} aria-hidden />} onClick={() => state.set({ cols: '' }, true)}>
            {t('list:usualColumns')}
          </Menu.Item>
        </>
      )}
    </MenuButton>
  );
}
