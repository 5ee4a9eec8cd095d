import type { TFunction } from 'i18next';

import type { Board, Chart, Form, Subject } from './model';
import { typeOf } from './model';

type Sketch = [name: string, form: Form, fields: string[], query: string, width: number];

const sketches: Record<string, { type: Subject; charts: Sketch[] }> = {
  certificates: {
    type: 'certificate',
    charts: [
      ['valid', 'number', [], 'status is valid', 4],
      ['due', 'number', [], 'state is due', 4],
      ['unmanaged', 'number', [], 'status is valid and profile not exists', 4],
      ['ends', 'stacked', ['notAfter.month', 'renewalMode'], 'status is valid', 6],
      ['states', 'bars', ['state'], '', 6],
      ['calendar', 'calendar', ['notAfter.day'], 'status is valid and valid.until before 365d', 12],
      ['profiles', 'bars', ['profile'], 'status is valid', 6],
      ['keys', 'bars', ['keyType'], 'status is valid', 6],
      ['issued', 'stacked', ['notBefore.month', 'profile'], 'valid.from after -365d', 6],
      ['issuers', 'bars', ['issuer'], 'status is valid', 6],
    ],
  },
  requests: {
    type: 'request',
    charts: [
      ['pending', 'number', [], 'status equals "pending"', 4],
      ['failed', 'number', [], 'status equals "failed"', 4],
      ['asked', 'number', [], 'registration.date after -30d', 4],
      ['byDay', 'stacked', ['registrationDate.day', 'status'], 'registration.date after -30d', 12],
      ['workflows', 'bars', ['workflow'], 'registration.date after -90d', 6],
      ['requestProfiles', 'bars', ['profile'], 'registration.date after -90d', 6],
      ['requesters', 'bars', ['requester'], 'registration.date after -90d', 6],
    ],
  },
  events: {
    type: 'event',
    charts: [
      ['eventDays', 'stacked', ['timestamp.day', 'status'], 'timestamp after -30d', 12],
      ['failures', 'bars', ['code'], 'status equals "failure" and timestamp after -30d', 6],
      ['actors', 'bars', ['detail.actorId'], 'timestamp after -30d', 6],
      ['addresses', 'table', ['detail.ip', 'status'], 'timestamp after -30d', 6],
    ],
  },
};

/** The built-in dashboards, in the reader's language, by their names in the address. */
export function builtIn(t: TFunction, log: boolean): [string, Board][] {
  return Object.entries(sketches)
    .filter(([, s]) => log || s.type !== 'event')
    .map(([name, s]) => [
      name,
      {
        name: t(`insights:board.${name}`), type: s.type, description: t(`insights:boardHelp.${name}`),
        charts: s.charts.map(([id, form, fields, localQuery, w]): Chart => ({ type: typeOf(form), title: t(`insights:chart.${id}`), fields, localQuery, w, colors: [], log: false, i: id })),
      },
    ]);
}
