import { Button, Group, Kbd, Stack, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';

import { useKeys } from '@/app/keys';
import { useTexts } from '@/app/texts';
import { CallShown } from '@/parts/ApiCall';
import { FaultBox } from '@/parts/FaultBox';
import { receipt } from '@/parts/Receipt';

import { answering, freshDraft, naming, type Draft } from '../form/draft';
import { Field } from '../form/Field';
import styles from '../form/Requests.module.css';
import { WhoFields } from '../form/WhoPart';
import { elementName } from '../form/words';
import { valueOf } from '../form/draft';
import { sentence } from '../form/sentences';
import { problemsOf, under } from '../form/problems';
import { faultOf } from '@/api/fault';
import { decide, decision, type Form, type Request } from '../wire';
import type { Queue } from './queue';

/** The form of a request as the approver may change it. */
function formOf(r: Request): Form {
  return { workflow: r.workflow, module: r.module, profile: r.profile, template: r.template };
}

/** Whether the approver may change anything. */
function changeable(r: Request): boolean {
  const t = r.template;
  const who = t.owner.editable || t.team.editable || t.contactEmail.editable || t.labels.some((l) => l.editable);
  return r.workflow !== 'revoke' && r.workflow !== 'recover' && r.workflow !== 'renew' && (who || (r.workflow === 'enroll' && t.subject.some((e) => e.editable)));
}

/** Approve and deny, with a note; the next request opens by itself. */
export function DecideBar({ request: r, queue }: { request: Request; queue: Queue }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const form = formOf(r);
  const [note, setNote] = useState('');
  const [changing, setChanging] = useState(false);
  const [draft, setDraft] = useState<Draft>(() => ({ ...freshDraft(form), names: r.template.sans.flatMap((s) => s.value ?? []).join('\n') }));
  const approve = useRef<HTMLButtonElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  /** What the approver changes, or nothing. */
  const changes = () => {
    if (Object.keys(draft.values).length === 0) return undefined;
    const names = r.workflow === 'enroll' ? { subject: naming(form, draft).subject } : {};
    return { ...names, ...answering(form, draft) };
  };
  const settle = useMutation({
    mutationFn: (verb: 'approve' | 'deny') => decide(verb, r, note.trim(), verb === 'approve' ? changes() : undefined),
    onSuccess: ({ body, events }, verb) => {
      queries.setQueryData(['requests', 'one', r._id], body);
      queries.setQueryData(['requests', 'queue'], (ids: string[] | undefined) => ids?.filter((x) => x !== r._id));
      void queries.invalidateQueries({ queryKey: ['requests', 'rows'] });
      void queries.invalidateQueries({ queryKey: ['requests', 'count'] });
      receipt(t(verb === 'approve' ? 'requests:decide.approved' : 'requests:decide.denied', { dn: r.dn ?? '' }), events);
      queue.goOn();
    },
  });
  useKeys([
    { keys: 'a', name: 'requests:keys.approve', run: () => approve.current?.focus() },
    { keys: 'd', name: 'requests:keys.deny', run: () => field.current?.focus() },
  ]);
  const problems = settle.error === null ? {} : problemsOf(faultOf(settle.error), (raw) => sentence(t, raw));
  const change = (c: Partial<Draft>) => setDraft((before) => ({ ...before, ...c }));
  const set = (name: string) => (value: string) => change({ values: { ...draft.values, [name]: value } });
  return (
    <section className={styles.decide} aria-label={t('requests:decide.title')}>
      <Stack gap="sm">
        <FaultBox fault={settle.error} />
        {changing && (
          <Stack gap="md" maw={640}>
            {r.workflow === 'enroll' &&
              r.template.subject
                .filter((e) => e.editable)
                .map((e) => <Field key={e.element} label={elementName(t, e.element)} element={e} value={valueOf(form, draft, `subject.${e.element}`)} onChange={set(`subject.${e.element}`)} problems={under(problems, `subject.${e.element}`)} />)}
            <WhoFields form={form} draft={draft} change={change} problems={problems} />
          </Stack>
        )}
        <Group align="end" gap="sm">
          <Textarea ref={field} label={t('requests:decide.note')} value={note} onChange={(e) => setNote(e.currentTarget.value)} autosize minRows={1} maxLength={4000} flex="1 1 240px" />
          <Button ref={approve} loading={settle.isPending && settle.variables === 'approve'} onClick={() => settle.mutate('approve')} rightSection={<Kbd size="xs" aria-hidden>a</Kbd>}>
            {t('requests:decide.approve')}
          </Button>
          <Button variant="default" loading={settle.isPending && settle.variables === 'deny'} onClick={() => settle.mutate('deny')} rightSection={<Kbd size="xs" aria-hidden>d</Kbd>}>
            {t('requests:decide.deny')}
          </Button>
          {changeable(r) && !changing && (
            <Button variant="subtle" onClick={() => setChanging(true)}>
              {t('requests:decide.change')}
            </Button>
          )}
        </Group>
        <CallShown call={decision('approve', r, note.trim(), changes())} />
      </Stack>
    </section>
  );
}
