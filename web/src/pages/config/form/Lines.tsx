import { Textarea, type TextareaProps } from '@mantine/core';

import styles from './form.module.css';

const grows = typeof CSS !== 'undefined' && CSS.supports('field-sizing', 'content');

/** A field for lines that grows with them. A browser that can do so itself is let: to measure each field costs a layout of the page. */
export function Lines({ minRows, maxRows, classNames, ...rest }: TextareaProps & { minRows: number; maxRows: number; classNames?: { input: string } }) {
  if (!grows) return <Textarea autosize minRows={minRows} maxRows={maxRows} classNames={classNames} {...rest} />;
  return <Textarea classNames={{ input: `${styles.lines} ${classNames?.input ?? ''}` }} styles={{ input: { '--least': minRows, '--most': maxRows } as React.CSSProperties }} {...rest} />;
}
