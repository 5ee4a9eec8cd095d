import { Button, Group, Kbd, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState, type FormEvent } from 'react';

import { useKeys } from '@/app/keys';
import { spoken } from '@/app/language';
import { useTexts } from '@/app/texts';
import { around } from '@/app/times';
import { FaultBox } from '@/parts/FaultBox';
import { ApiCall } from '@/parts/ApiCall';
import { Leaving } from '@/parts/Leaving';
import { faultOf } from '@/api/fault';
import { receipt } from '@/parts/Receipt';

import { hold } from '../keys/held';
import { makeable, serverTypes } from '../keys/recipes';
import { fetchForm, submit, type Form, type Offer } from '../wire';
import { askedOf, filled, freshDraft, keyModes, type Draft } from './draft';
import { useKept } from './kept';
import { KeyPart } from './KeyPart';
import { NamesPart } from './NamesPart';
import { Offered } from './Offered';
import { Preview } from './Preview';
import { atOnce } from './ProfileCards';
import { elsewhere, problemsOf, type Problems } from './problems';
import styles from './Requests.module.css';
import { sentence } from './sentences';
import { readyAsked, useTrial, type Keys } from './trial';
import { CommentPart, WhoPart } from './WhoPart';

/** The fields the page shows, by which their problems stand. */
function shownFields(form: Form): Set<string> {
  const t = form.template;
  return new Set([
    ...t.subject.filter((e) => e.editable).map((e) => `subject.${e.element}`),
    ...t.sans.filter((e) => e.editable).map((e) => `san.${e.type}`),
    ...t.extensions.filter((e) => e.editable).map((e) => `extension.${e.type}`),
    ...t.labels.filter((e) => e.editable).map((e) => `label.${e.label}`),
    ...(['owner', 'team', 'contactEmail'] as const).filter((f) => t[f].editable),
    ...['key', 'keyType', 'csr', 'password', 'terms'],
  ]);
}

/** The draft with a key the profile takes. */
function settled(form: Form, draft: Draft): Draft {
  const modes = keyModes(form.template.capabilities);
  const key = modes.includes(draft.key) ? draft.key : (modes[0] ?? draft.key);
  const authorized = form.template.capabilities.authorizedKeyTypes;
  const types = key === 'browser' ? makeable(authorized, true) : authorized === undefined || authorized.length === 0 ? serverTypes : authorized;
  return { ...draft, key, keyType: types.includes(draft.keyType) ? draft.keyType : (types[0] ?? '') };
}

/** The form of one profile while it is filled. */
export function Filling({ form: fresh, offer, wished }: { form: Form; offer: Offer; wished: { names: string; cn: string } }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [form, setForm] = useState(fresh);
  const [untouched] = useState<Draft>(() => freshDraft(fresh, wished));
  const [written, write] = useState<Draft>(untouched);
  const kept = useKept(offer.name, untouched, written);
  const sent = useRef(false);
  const [keys] = useState<Keys>(() => new Map());
  const [shown, show] = useState(false);
  const frame = useRef<HTMLFormElement>(null);
  const draft = useMemo(() => settled(form, written), [form, written]); // the same while nothing changes: its trial waits for a pause
  const change = (changed: Partial<Draft>) => write((before) => ({ ...before, ...changed }));
  const { outcome, asking, error } = useTrial(form, offer, draft, keys);

  useEffect(() => {
    const first = frame.current?.querySelector<HTMLElement>('[data-autofocus]') ?? frame.current?.querySelector<HTMLElement>('input:not([type=radio]), textarea');
    first?.focus();
  }, []);

  const withCsr = useMutation({
    mutationFn: (csr: string) => fetchForm({ workflow: 'enroll', module: offer.module, profile: offer.name, template: { csr } }),
    onSuccess: (found) => {
      setForm({ ...found, ...(form.usualAnswer === undefined ? {} : { usualAnswer: form.usualAnswer }), template: { ...found.template, keyType: form.template.keyType ?? '' } });
      write((before) => filled(found, before));
    },
  });
  const send = useMutation({
    mutationFn: async () => {
      const { asked, pair } = await readyAsked(form, offer, draft, keys);
      return { ...(await submit(asked)), pair };
    },
    onSuccess: ({ body, events, pair }) => {
      sent.current = true;
      kept.forget();
      if (pair !== undefined) hold(body._id, { keys: pair, type: draft.keyType, saved: false });
      receipt(t(body.status === 'pending' ? 'requests:new.waits' : 'requests:new.done'), events);
      queries.setQueryData(['requests', 'one', body._id], body);
      void queries.invalidateQueries({ queryKey: ['requests', 'rows'] });
      void navigate({ to: '/requests/$id', params: { id: body._id } });
    },
  });
  const take = (draft: Draft | undefined) => {
    if (draft === undefined) return;
    kept.settle();
    write(draft);
    if (draft.key === 'csr' && draft.csr !== '') withCsr.mutate(draft.csr);
  };
  const ask = (e?: FormEvent) => {
    e?.preventDefault();
    if (!send.isPending) send.mutate();
  };
  useKeys([{ keys: 'Mod+Enter', name: 'requests:keys.send', run: ask }]);

  const fields = shownFields(form);
  const refusal = send.error === null ? undefined : faultOf(send.error);
  const problems: Problems = { ...(outcome?.problems ?? {}), ...(refusal === undefined ? {} : problemsOf(refusal, (raw) => sentence(t, raw))) };
  const tellRefusal = refusal !== undefined && (elsewhere(problemsOf(refusal), fields).length > 0 || refusal.status !== 400);
  const parts = { form, draft, change: (c: Partial<Draft>) => { send.reset(); change(c); }, problems, outcome: outcome?.would };
  const direct = outcome?.would === undefined ? atOnce(offer) : outcome.would.status !== 'pending';
  const verb = offer.challenge === true ? (direct ? 'challenge' : 'requestChallenge') : direct ? 'get' : 'request';
  return (
    <form onSubmit={ask} ref={frame} noValidate>
      <Leaving losable={() => !sent.current && written.password !== ''} />
      {kept.offered !== undefined && <Offered at={kept.offered.at} onTake={() => take(kept.offered?.draft)} onDecline={kept.forget} />}
      <div className={styles.columns}>
        <Stack gap="lg">
          <section className={styles.part}>
            <Title order={2} mb="sm">{t('requests:new.names')}</Title>
            <NamesPart {...parts} />
          </section>
          {offer.challenge !== true && (
            <section className={styles.part}>
              <Title order={2} mb="sm">{t('requests:new.key')}</Title>
              <KeyPart {...parts} offer={offer} onCsr={(csr) => withCsr.mutate(csr)} />
              <FaultBox fault={withCsr.error} />
            </section>
          )}
          <section className={styles.part}>
            <Title order={2} mb="sm">{t('requests:new.who')}</Title>
            <WhoPart {...parts} />
          </section>
          <CommentPart {...parts} />
        </Stack>
        <aside className={styles.aside} aria-label={t('requests:preview.title')}>
          <Stack gap="md">
            <Preview form={form} draft={draft} outcome={outcome} asking={asking} challenge={offer.challenge === true} shown={fields} />
            {error !== null && <FaultBox fault={error} />}
            {tellRefusal && <FaultBox fault={send.error} />}
            <Button type="submit" loading={send.isPending} disabled={outcome === undefined} rightSection={<Kbd size="xs">Ctrl Enter</Kbd>}>
              {t(`requests:verb.${verb}`)}
            </Button>
            {!direct && form.usualAnswer !== undefined && <Text size="sm" c="dimmed">{t('requests:new.usual', { period: around(form.usualAnswer, spoken()) })}</Text>}
            <Group>
              <Button variant="subtle" size="xs" onClick={() => show(true)}>{t('common:apiCall')}</Button>
            </Group>
          </Stack>
        </aside>
      </div>
      {shown && <ApiCall onClose={() => show(false)} call={{ method: 'POST', path: '/api/v1/requests/submit', body: shownCall(form, offer, draft) }} />}
    </form>
  );
}

/** The call without what must not be shown. */
function shownCall(form: Form, offer: Offer, draft: Draft) {
  const asked = askedOf(form, offer, draft, draft.key === 'browser' ? '<CSR>' : undefined);
  return asked.password === undefined ? asked : { ...asked, password: { value: '$PASSWORD' } };
}
