import { Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { PageLink } from '@/parts/links';
import { When } from '@/parts/When';

import type { LogEvent } from './proof';
import { Status } from './Status';

/** The value of a detail, or nothing. */
export function detail(e: LogEvent, key: string): string {
  return e.details?.find((d) => d.key === key)?.value ?? '';
}

/** What the event is about: the certificate's or object's name, else the reason of a refusal. */
export function subjectOf(e: LogEvent): string {
  const [kind, name] = [detail(e, 'kind'), detail(e, 'name')];
  if (kind !== '' && name !== '') return `${kind} ${name}`;
  for (const key of ['certificateDn', 'objectName', 'name', 'identifier', 'dn', 'message']) {
    const found = detail(e, key);
    if (found !== '') return found;
  }
  return '';
}

export function RowHeads() {
  const { t } = useTranslation();
  return (
    <Table.Thead>
      <Table.Tr>
        {['time', 'what', 'status', 'actor', 'subject'].map((name) => (
          <Table.Th key={name} scope="col">{t(`events:${name === 'status' ? 'ended' : name}`)}</Table.Th>
        ))}
      </Table.Tr>
    </Table.Thead>
  );
}

/** One line of the log; all of it leads to the event. */
export function EventRow({ event }: { event: LogEvent }) {
  const { t } = useTranslation();
  return (
    <Table.Tr>
      <Table.Td>{event.timestamp !== undefined && <When at={event.timestamp} as="full" />}</Table.Td>
      <Table.Td>
        <PageLink to="/events/$id" params={{ id: event._id }}>{t(`codes:${event.code ?? ''}`)}</PageLink>
      </Table.Td>
      <Table.Td><Status status={event.status} /></Table.Td>
      <Table.Td>{detail(event, 'actorId')}</Table.Td>
      <Table.Td>{subjectOf(event)}</Table.Td>
    </Table.Tr>
  );
}
