import type { ComponentType } from 'react';

import type { FieldType } from '../model/schema';
import { CodeField } from './Code';
import type { InputProps } from './context';
import { CronField } from './Cron';
import { DurationField } from './Duration';
import { ElementsField } from './Elements';
import { LevelsField } from './Levels';
import { ChoicesField, RowsField, TextsField } from './Lists';
import { LocalizedField } from './Localized';
import { MapField } from './MapField';
import { ObjectField } from './Members';
import { PemField } from './Pem';
import { PermissionsField } from './Permissions';
import { QueryField } from './Query';
import { RefField, RefsField } from './Refs';
import { SecretField } from './Secret';
import { BooleanField, EnumField, JsonField, LinesField, MaybeField, NumberField, TextField, TimeField } from './simple';

/** The editor of each type. A new keyword of the schemas is a line here. */
const editors: Record<FieldType, ComponentType<InputProps>> = {
  text: TextField,
  lines: LinesField,
  number: NumberField,
  time: TimeField,
  boolean: BooleanField,
  maybe: MaybeField,
  enum: EnumField,
  secret: SecretField,
  ref: RefField,
  duration: DurationField,
  cron: CronField,
  rule: CodeField,
  condition: CodeField,
  template: CodeField,
  regex: CodeField,
  query: QueryField,
  pem: PemField,
  localized: LocalizedField,
  permissions: PermissionsField,
  levels: LevelsField,
  elements: ElementsField,
  refs: RefsField,
  choices: ChoicesField,
  texts: TextsField,
  rows: RowsField,
  object: ObjectField,
  map: MapField,
  json: JsonField,
};

/** One field of a form, edited as its schema says. */
export function Field(props: InputProps) {
  const Editor = editors[props.field.type];
  return <Editor {...props} />;
}
