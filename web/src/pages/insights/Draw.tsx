import { BarChart, CustomChart, LineChart } from 'echarts/charts';
import { AriaComponent, GridSimpleComponent, LegendPlainComponent } from 'echarts/components';
import { init, use as register, type EChartsCoreOption } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef, useState } from 'react';

import styles from './insights.module.css';

register([BarChart, CustomChart, LineChart, AriaComponent, GridSimpleComponent, LegendPlainComponent, CanvasRenderer]);

/** What was pressed: the place of the mark in its series, and that of the series. */
export interface Pressed {
  data: number;
  series: number;
}

interface Props {
  option: EChartsCoreOption;
  /** Pixels. */
  height: number;
  /** What the drawing shows, in words. */
  summary: string;
  onPress: (pressed: Pressed) => void;
  /** What a mark says, shown below while it is pointed at. */
  said: (pressed: Pressed) => string;
  /** Given what makes a picture of the drawing, as a data URL. */
  onReady: (picture: () => string) => void;
}

/** A chart on a canvas. For readers of screens it is a picture with a summary; the table beside it has its values and links. */
export default function Draw({ option, height, summary, onPress, onReady, said }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<typeof init>>(null);
  const now = useRef({ onPress, onReady, said });
  const [pointed, point] = useState('');
  useEffect(() => {
    now.current = { onPress, onReady, said };
  });
  useEffect(() => {
    const at = host.current;
    if (at === null) return undefined;
    const made = init(at);
    chart.current = made;
    made.on('click', (e) => now.current.onPress({ data: e.dataIndex, series: e.seriesIndex ?? 0 }));
    made.on('mouseover', (e) => point(now.current.said({ data: e.dataIndex, series: e.seriesIndex ?? 0 })));
    made.on('globalout', () => point(''));
    now.current.onReady(() => made.getDataURL({ pixelRatio: 2, backgroundColor: getComputedStyle(document.documentElement).getPropertyValue('--panel').trim() }));
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(at);
    return () => {
      watch.disconnect();
      made.dispose();
    };
  }, [height]);
  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true });
  }, [option, height]);
  return (
    <>
      <div role="img" aria-label={summary} className={styles.canvas}>
        <div ref={host} style={{ height }} />
      </div>
      <div className={styles.pointed} aria-hidden>
        {pointed}
      </div>
    </>
  );
}
