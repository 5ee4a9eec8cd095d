import { Button, NativeSelect } from '@mantine/core';
import { ChevronLeft, ChevronRight, Pencil, Trash2 } from 'lucide-react';

import { useTexts } from '@/app/texts';

import styles from './insights.module.css';
import type { Chart } from './model';
import { moved } from './series';

/** What changes a chart of a dashboard: its place and size by buttons, its form, and whether it is there. */
export function ChartTools({ charts, at, onChange, onEdit, onRemove }: { charts: Chart[]; at: number; onChange: (charts: Chart[]) => void; onEdit: () => void; onRemove: () => void }) {
  const { t } = useTexts();
  const chart = charts[at];
  if (chart === undefined) return null;
  const named = (verb: string) => t('insights:verbOf', { verb, name: chart.title });
  const size = (w: string) => onChange(charts.map((c, i) => (i === at ? { ...c, w: Number(w) } : c)));
  return (
    <div className={styles.tools}>
      <Button size="compact-sm" variant="default" disabled={at === 0} aria-label={named(t('insights:earlier'))} onClick={() => onChange(moved(charts, at, -1))}><ChevronLeft size={16} aria-hidden /></Button>
      <Button size="compact-sm" variant="default" disabled={at === charts.length - 1} aria-label={named(t('insights:later'))} onClick={() => onChange(moved(charts, at, 1))}><ChevronRight size={16} aria-hidden /></Button>
      <NativeSelect
        size="xs" aria-label={named(t('insights:size'))} value={String([4, 6, 12].includes(chart.w ?? 6) ? (chart.w ?? 6) : 6)} onChange={(e) => size(e.currentTarget.value)}
        data={[{ value: '4', label: t('insights:small') }, { value: '6', label: t('insights:half') }, { value: '12', label: t('insights:whole') }]}
      />
      <Button size="compact-sm" variant="default" leftSection={<Pencil size={14} aria-hidden />} aria-label={named(t('insights:change'))} onClick={onEdit}>{t('insights:change')}</Button>
      <Button size="compact-sm" variant="default" leftSection={<Trash2 size={14} aria-hidden />} aria-label={named(t('insights:remove'))} onClick={onRemove}>{t('insights:remove')}</Button>
    </div>
  );
}
