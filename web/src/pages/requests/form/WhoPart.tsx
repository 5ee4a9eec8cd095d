import { Anchor, Button, Checkbox, Group, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';

import { spoken } from '@/app/language';
import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';

import { inLanguage, type Form } from '../wire';
import { valueOf, type Draft } from './draft';
import { Facts } from './Facts';
import { Field } from './Field';
import type { PartProps } from './NamesPart';
import { under, type Problems } from './problems';

/** Fields of who answers, that may be changed and that the group may not hide: mandatory and empty, or wrong. */
function pressing(form: Form, draft: Draft, problems: Problems): boolean {
  const t = form.template;
  const lacks = (field: string, e: { editable: boolean; mandatory?: boolean }) => e.editable && (e.mandatory === true && valueOf(form, draft, field) === '' || (problems[field] ?? []).length > 0);
  return lacks('owner', t.owner) || lacks('team', t.team) || lacks('contactEmail', t.contactEmail) || t.labels.some((l) => lacks(`label.${l.label}`, l));
}

/** Who answers for the certificate: a line when everything is known, fields when asked for or needed. */
export function WhoPart({ form, draft, change, problems }: PartProps) {
  const { t } = useTexts();
  const [wanted, want] = useState(false);
  const [needed] = useState(() => pressing(form, draft, {}));
  const self = useSelf();
  const open = wanted || needed || pressing(form, draft, problems);
  const me = self.identity?.identifier ?? '';
  const owner = valueOf(form, draft, 'owner');
  const editable = form.template.owner.editable || form.template.team.editable || form.template.contactEmail.editable || form.template.labels.some((l) => l.editable);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="start" wrap="nowrap">
        <Facts
          of={[
            [t('requests:field.owner'), owner === '' || owner === me ? t('requests:you', { name: me }) : owner],
            [t('requests:field.team'), valueOf(form, draft, 'team')],
            [t('requests:field.contactEmail'), valueOf(form, draft, 'contactEmail')],
            ...form.template.labels.map((l): [string, string] => [l.label, valueOf(form, draft, `label.${l.label}`)]),
          ]}
        />
        {editable && !open && (
          <Button variant="default" size="xs" onClick={() => want(true)}>
            {t('requests:change')}
          </Button>
        )}
      </Group>
      {open && <WhoFields form={form} draft={draft} change={change} problems={problems} />}
    </Stack>
  );
}

/** The fields of who answers that may be changed, and the labels. */
export function WhoFields({ form, draft, change, problems }: Omit<PartProps, 'outcome'>) {
  const { t } = useTexts();
  const self = useSelf();
  const own = self.teams ?? [];
  const e = form.template;
  const set = (field: string) => (value: string) => change({ values: { ...draft.values, [field]: value } });
  const value = (field: string) => valueOf(form, draft, field);
  const help = (x: { description?: { lang: string; value: string }[] }) => inLanguage(x.description, spoken());
  return (
    <Stack gap="md">
      {e.owner.editable && <Field label={t('requests:field.owner')} element={e.owner} value={value('owner')} onChange={set('owner')} problems={under(problems, 'owner')} help={help(e.owner) || t('requests:ownerHelp')} />}
      {e.team.editable && <Field label={t('requests:field.team')} element={e.team} value={value('team')} onChange={set('team')} problems={under(problems, 'team')} help={help(e.team)} options={e.team.authorized ?? []} suggestions={own} />}
      {e.contactEmail.editable && <Field label={t('requests:field.contactEmail')} element={e.contactEmail} value={value('contactEmail')} onChange={set('contactEmail')} problems={under(problems, 'contactEmail')} help={help(e.contactEmail)} options={e.contactEmail.whitelist ?? []} />}
      {e.labels
        .filter((l) => l.editable)
        .map((l) => (
          <Field key={l.label} label={l.label} element={l} value={value(`label.${l.label}`)} onChange={set(`label.${l.label}`)} problems={under(problems, `label.${l.label}`)} options={l.enum ?? []} suggestions={l.suggestions ?? []} />
        ))}
      {e.metadata
        .filter((m) => m.editable && form.workflow !== 'enroll')
        .map((m) => (
          <Field key={m.metadata} label={m.metadata} element={m} value={value(`metadata.${m.metadata}`)} onChange={set(`metadata.${m.metadata}`)} problems={under(problems, `metadata.${m.metadata}`)} />
        ))}
      {e.autoRenew?.editable === true && <Checkbox label={t('requests:autoRenew')} checked={draft.autoRenew ?? e.autoRenew.value} onChange={(x) => change({ autoRenew: x.currentTarget.checked })} />}
    </Stack>
  );
}

/** What is said to whoever decides, and the terms that are accepted. */
export function CommentPart({ form, draft, change, problems }: Omit<PartProps, 'outcome'>) {
  const { t } = useTexts();
  const [open, setOpen] = useState(false);
  const [read, setRead] = useState(false);
  const terms = inLanguage(form.termsOfService, spoken());
  return (
    <Stack gap="md">
      {open ? (
        <Textarea label={t('requests:comment')} description={t('requests:commentHelp')} value={draft.comment} onChange={(e) => change({ comment: e.currentTarget.value })} autosize minRows={2} maxLength={4000} />
      ) : (
        <Button variant="subtle" size="xs" w="fit-content" onClick={() => setOpen(true)}>
          {t('requests:addComment')}
        </Button>
      )}
      {form.termsOfService !== undefined && (
        <div>
          <Checkbox label={t('requests:terms.accept')} checked={draft.terms} onChange={(e) => change({ terms: e.currentTarget.checked })} error={under(problems, 'terms').join(' ') || undefined} />
          <Anchor component="button" type="button" size="sm" onClick={() => setRead(!read)} aria-expanded={read}>
            {t('requests:terms.read')}
          </Anchor>
          {read && <Text size="sm" mt="xs">{terms}</Text>}
        </div>
      )}
    </Stack>
  );
}
