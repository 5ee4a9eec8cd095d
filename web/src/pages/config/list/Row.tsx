import { Checkbox, Switch, Table } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';

import styles from '../Config.module.css';
import { displayName, factsOf, inOneLine, type Telling } from '../model/facts';
import { keyOf, variantOf, variantTitle, type Item, type Kind, type Standing } from '../model/kinds';
import { switchOn } from '../object/changes';
import { RowMenu } from '../object/RowMenu';
import { Changed } from './Changed';
import { Health } from './Health';
import { InUse } from './InUse';

/** The columns a list has besides name and facts. */
export interface Columns {
  set: boolean;
  enabled: boolean;
  used: boolean;
  health: boolean;
  actions: boolean;
}

interface Props {
  kind: Kind;
  item: Item;
  standing: Standing | undefined;
  telling: Telling;
  may: boolean;
  /** Whether the row is selected; not there where nothing can be done with a selection. */
  selected: boolean | undefined;
  onSelect: (on: boolean) => void;
  columns: Columns;
}

/** One object in the list of its kind. */
export function Row({ kind, item, standing, telling, may, selected, onSelect, columns }: Props) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const name = keyOf(kind, item);
  const variant = variantOf(kind, item);
  const title = displayName(item, spoken());
  const ofType = variant === undefined || kind.upsert || kind.variants.length < 2 ? '' : variantTitle(kind, variant);
  return (
    <Table.Tr>
      {selected !== undefined && <Table.Td className={styles.check}><Checkbox aria-label={t('forms:select.one', { name })} checked={selected} onChange={(e) => onSelect(e.currentTarget.checked)} /></Table.Td>}
      <Table.Td className={styles.name}>
        <Link to="/config/$kind/$name" params={{ kind: kind.kind, name }} className={styles.row}>
          {kind.upsert && variant !== undefined ? variantTitle(kind, variant) : name}
        </Link>
        {title !== '' && <div className={styles.facts}>{title}</div>}
        <div className={styles.facts}>{[ofType, inOneLine(factsOf(variant, item, telling), telling)].filter((part) => part !== '').join(' · ')}</div>
      </Table.Td>
      {columns.set && <Table.Td data-label={t('config:columns.set')}>{t(item._id === undefined ? 'config:unset' : 'config:set')}</Table.Td>}
      {columns.enabled && (
        <Table.Td data-label={t('config:columns.enabled')}>
          {typeof item.enabled === 'boolean' && (
            <Switch aria-label={t('config:enabledOf', { name })} checked={item.enabled} disabled={!may} onChange={(e) => void switchOn(queries, kind, name, e.currentTarget.checked)} />
          )}
        </Table.Td>
      )}
      {columns.used && <Table.Td className={styles.told} data-label={t('config:columns.used')}><InUse kind={kind} item={item} standing={standing} /></Table.Td>}
      {columns.health && <Table.Td className={styles.told} data-label={t('config:columns.health')}><Health kind={kind} item={item} standing={standing} /></Table.Td>}
      <Table.Td className={styles.told} data-label={t('config:columns.changed')}><Changed kind={kind} item={item} standing={standing} /></Table.Td>
      {columns.actions && <Table.Td><RowMenu kind={kind} item={item} /></Table.Td>}
    </Table.Tr>
  );
}
