import { Autocomplete, Button, Group, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Pencil } from 'lucide-react';
import { useState } from 'react';

import { faultOf } from '@/api/fault';
import { useKeys } from '@/app/keys';
import { useTexts } from '@/app/texts';
import { CallShown } from '@/parts/ApiCall';
import { FaultBox } from '@/parts/FaultBox';
import { PageLink } from '@/parts/links';
import { receipt } from '@/parts/Receipt';

import { callOf } from './ask';
import { formQuery, refresh, submit, type Template } from './calls';
import { changesOf, draftOf, type Draft } from './changes';
import { Fact, Facts } from './Facts';
import { nameOf, type Allowed, type Certificate } from './names';
import { Section } from './Section';

/** Who answers for the certificate. Edited in place: what is changed is asked for as one update. */
export function Answers({ certificate: c, allowed }: { certificate: Certificate; allowed: Allowed }) {
  const { t } = useTexts();
  const [editing, edit] = useState(false);
  const may = c.profile !== undefined && (allowed.update || allowed.requestUpdate);
  useKeys(may && !editing ? [{ keys: 'e', name: 'certificates:keys.edit', run: () => edit(true) }] : []);
  const button = may && !editing && (
    <Button variant="default" size="xs" leftSection={<Pencil size={14} aria-hidden />} onClick={() => edit(true)}>
      {t(allowed.update ? 'certificates:edit' : 'certificates:requestEdit')}
    </Button>
  );
  return (
    <Section title={t('certificates:section.answers')} name="answers" action={button}>
      {editing ? <Form certificate={c} allowed={allowed} onClose={() => edit(false)} /> : <Shown certificate={c} />}
    </Section>
  );
}

function Shown({ certificate: c }: { certificate: Certificate }) {
  const { t } = useTexts();
  const none = <span className="muted">–</span>;
  return (
    <Facts>
      <Fact name={t('certificates:fact.owner')}>{c.owner ?? none}</Fact>
      <Fact name={t('certificates:fact.team')}>{c.team ?? none}</Fact>
      <Fact name={t('certificates:fact.contact')}>{c.contactEmail ?? none}</Fact>
      <Fact name={t('certificates:fact.labels')}>
        {(c.labels ?? []).length === 0 ? none : (c.labels ?? []).map((l) => <div key={l.key}>{l.key} = {l.value}</div>)}
      </Fact>
      <Fact name={t('certificates:fact.renewal')}>{t(`certificates:mode.${c.renewalMode}`)}</Fact>
    </Facts>
  );
}

interface FormProps {
  certificate: Certificate;
  allowed: Allowed;
  onClose: () => void;
}

function Form({ certificate: c, allowed, onClose }: FormProps) {
  const { t } = useTexts();
  const { data, error } = useQuery(formQuery('update', c._id));
  if (error !== null) return <FaultBox fault={error} />;
  if (data === undefined) return <Text role="status">{t('common:loading')}</Text>;
  return <Filled certificate={c} allowed={allowed} template={data.template} onClose={onClose} />;
}

function Filled({ certificate: c, allowed, template, onClose }: FormProps & { template: Template }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const begun = draftOf(template);
  const [draft, set] = useState<Draft>(begun);
  const changes = changesOf(begun, draft);
  const save = useMutation({
    mutationFn: () => submit({ workflow: 'update', certificateId: c._id, template: changes ?? {} }),
    onSuccess: ({ body, events }) => {
      const back = changesOf(draft, begun);
      const done = body.status === 'completed';
      receipt(t(done ? 'certificates:updated' : 'certificates:asked.update', { name: nameOf(c) }), events, done && back !== null ? { label: t('certificates:undo'), run: () => void takeBack(back) } : undefined);
      void refresh(queries);
      onClose();
    },
  });
  const takeBack = async (back: object) => {
    try {
      const { events } = await submit({ workflow: 'update', certificateId: c._id, template: back });
      receipt(t('certificates:tookBack', { name: nameOf(c) }), events);
    } catch (thrown) {
      receipt(faultOf(thrown).message, faultOf(thrown).events);
    }
    void refresh(queries);
  };
  const field = (name: 'owner' | 'team' | 'contactEmail', label: string, of: { editable: boolean; mandatory: boolean; rest?: string[] }) => {
    if (!of.editable) return <Fixed key={name} name={label} value={draft[name]} />;
    const shared = { label, value: draft[name], withAsterisk: of.mandatory };
    if ((of.rest ?? []).length > 0) return <Autocomplete key={name} {...shared} data={of.rest ?? []} onChange={(v) => set({ ...draft, [name]: v })} />;
    return <TextInput key={name} {...shared} type={name === 'contactEmail' ? 'email' : 'text'} onChange={(e) => set({ ...draft, [name]: e.currentTarget.value })} />;
  };
  const label = (name: string, value: string) => set({ ...draft, labels: { ...draft.labels, [name]: value } });
  return (
    <form onSubmit={(e) => { e.preventDefault(); save.mutate(); }} onKeyDown={(e) => e.key === 'Escape' && onClose()}>
      <Stack gap="sm">
        {field('owner', t('certificates:fact.owner'), template.owner)}
        {field('team', t('certificates:fact.team'), { ...template.team, rest: template.team.authorized ?? [] })}
        {field('contactEmail', t('certificates:fact.contact'), { ...template.contactEmail, rest: template.contactEmail.whitelist ?? [] })}
        {(template.labels ?? []).map((l) => {
          if (!l.editable) return <Fixed key={l.label} name={l.label} value={draft.labels[l.label] ?? ''} />;
          const shared = { label: l.label, value: draft.labels[l.label] ?? '', withAsterisk: l.mandatory, ...(l.regex === undefined ? {} : { description: t('certificates:mustMatch', { regex: l.regex }) }) };
          if ((l.enum ?? []).length > 0) return <Select key={l.label} {...shared} data={l.enum ?? []} clearable={!l.mandatory} onChange={(v) => label(l.label, v ?? '')} />;
          return <Autocomplete key={l.label} {...shared} data={l.suggestions ?? []} onChange={(v) => label(l.label, v)} />;
        })}
        {template.autoRenew !== undefined && (
          <Switch label={t('certificates:autoRenew')} checked={draft.autoRenew ?? false} disabled={!template.autoRenew.editable} onChange={(e) => set({ ...draft, autoRenew: e.currentTarget.checked })} />
        )}
        <FaultBox fault={save.error} />
        {changes !== null && <CallShown call={callOf(c, { workflow: 'update', template: changes })} />}
        <Group>
          <Button type="submit" disabled={changes === null} loading={save.isPending}>{t(allowed.update ? 'certificates:save' : 'certificates:requestEdit')}</Button>
          <Button variant="default" onClick={onClose}>{t('common:cancel')}</Button>
          {save.data !== undefined && <PageLink to={'/requests/$id' as never} params={{ id: save.data.body._id } as never}>{t('certificates:openRequest')}</PageLink>}
        </Group>
      </Stack>
    </form>
  );
}

/** What the profile decides is text, not a dead field; nothing is said of nothing. */
function Fixed({ name, value }: { name: string; value: string }) {
  const { t } = useTexts();
  if (value === '') return null;
  return (
    <Text size="sm">
      <strong>{name}</strong> {value} <span className="muted">{t('certificates:fixed')}</span>
    </Text>
  );
}
