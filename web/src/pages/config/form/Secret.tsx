import { Button, Group, Input, PasswordInput, Text } from '@mantine/core';
import { useState } from 'react';

import { ask } from '@/api/client';
import { faultOf } from '@/api/fault';
import { useTexts } from '@/app/texts';
import { Copy } from '@/parts/Copy';
import { When } from '@/parts/When';

import { textOf } from '../model/values';
import { useField, type InputProps } from './context';
import { Label } from './Label';

/** What stands in the document in place of a secret: a text, a value, the wish to remove it, or nothing. */
type Sent = { value?: string; remove?: boolean } | string | undefined;

/**
 * A value that is written and never read back. What is stored is kept until it is replaced or removed; a long one, such as a
 * key in PEM, is pasted. Where the server can draw one, it is shown once.
 */
export function SecretField(props: InputProps) {
  const f = useField(props);
  const sent = f.value as Sent;
  const typed = typeof sent === 'string' ? sent : (sent?.value ?? '');
  const removed = typeof sent === 'object' && sent.remove === true;
  const [open, setOpen] = useState(f.form.isNew || typed !== '');
  const bare = props.field.schema.type === 'string';
  const nothing = f.form.isNew || bare ? undefined : {};
  const set = (text: string) => f.set(bare ? text : text === '' ? nothing : { value: text });
  const keep = () => {
    f.set(nothing);
    setOpen(false);
  };
  if (!open) return <Kept props={props} removed={removed} onReplace={() => setOpen(true)} onRemove={() => f.set({ remove: true })} onKeep={keep} />;
  return <Typed props={props} text={typed} set={set} onKeep={f.form.isNew ? undefined : keep} />;
}

interface KeptProps {
  props: InputProps;
  removed: boolean;
  onReplace: () => void;
  onRemove: () => void;
  onKeep: () => void;
}

/** What is known of the stored secret, and what can be done with it. */
function Kept({ props, removed, onReplace, onRemove, onKeep }: KeptProps) {
  const f = useField(props);
  const { t } = useTexts();
  const held = f.form.held?.find((h) => h.field === textOf(props.path));
  const known = f.form.held !== undefined;
  const name = { name: f.name };
  return (
    <Input.Wrapper id={f.id} labelElement="div" label={<Label name={f.name} required={props.field.required} />} description={f.doc} error={f.error}>
      <Group gap="sm" mt={4}>
        <Text size="sm" role="status">
          {removed && t('forms:secret.willGo')}
          {!removed && held !== undefined && <Since at={held.setAt} by={held.setBy} />}
          {!removed && held === undefined && t(known ? 'forms:secret.unset' : 'config:secret.kept')}
        </Text>
        {!f.readOnly && removed && <Button size="xs" variant="default" onClick={onKeep} aria-label={t('forms:secret.keepOf', name)}>{t('config:secret.keep')}</Button>}
        {!f.readOnly && !removed && (
          <Button size="xs" variant="default" onClick={onReplace} aria-label={t(held === undefined && known ? 'forms:secret.giveOf' : 'config:secret.replaceOf', name)}>
            {t(held === undefined && known ? 'forms:secret.give' : 'config:secret.replace')}
          </Button>
        )}
        {!f.readOnly && !removed && held !== undefined && !props.field.required && (
          <Button size="xs" variant="subtle" onClick={onRemove} aria-label={t('forms:secret.removeOf', name)}>{t('forms:secret.remove')}</Button>
        )}
      </Group>
    </Input.Wrapper>
  );
}

function Since({ at, by }: { at: number | undefined; by: string | undefined }) {
  const { t } = useTexts();
  if (at === undefined) return t('forms:secret.set');
  return (
    <>
      {t('forms:secret.setOn')} <When at={at} /> {by !== undefined && t('forms:secret.by', { name: by })}
    </>
  );
}

function Typed({ props, text, set, onKeep }: { props: InputProps; text: string; set: (text: string) => void; onKeep: (() => void) | undefined }) {
  const f = useField(props);
  const { t } = useTexts();
  const [visible, show] = useState(false);
  const [drawn, setDrawn] = useState('');
  const [wrong, setWrong] = useState<string>();
  const from = props.field.schema['x-generate'];
  const draw = async () => {
    try {
      const { body } = await ask<string>({ method: 'POST', path: String(from) });
      set(body);
      setDrawn(body);
      show(true);
      setWrong(undefined);
    } catch (thrown) {
      setWrong(faultOf(thrown).message);
    }
  };
  return (
    <div>
      <Group align="end" gap="sm" wrap="nowrap" maw={640}>
        <PasswordInput
          id={f.id}
          label={<Label name={f.name} required={props.field.required} />}
          description={f.doc}
          error={f.error ?? wrong}
          flex={1}
          miw={0}
          value={text}
          readOnly={f.readOnly}
          visible={visible}
          onVisibilityChange={show}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': t('config:secret.show') }}
          onChange={(e) => set(e.currentTarget.value)}
          onPaste={(e) => {
            const pasted = e.clipboardData.getData('text');
            if (!pasted.includes('\n')) return;
            e.preventDefault(); // an input of one line would join them
            set(pasted);
          }}
        />
        {typeof from === 'string' && !f.readOnly && (
          <Button variant="default" flex="none" onClick={() => void draw()} aria-label={t('forms:secret.generateOf', { name: f.name })}>{t('forms:secret.generate')}</Button>
        )}
        {onKeep !== undefined && <Button variant="default" flex="none" onClick={onKeep}>{t('config:secret.keep')}</Button>}
      </Group>
      {drawn !== '' && drawn === text && (
        <Group gap="xs" mt={4} role="status"><Text size="sm">{t('forms:secret.once')}</Text><Copy text={text} /></Group>
      )}
    </div>
  );
}
