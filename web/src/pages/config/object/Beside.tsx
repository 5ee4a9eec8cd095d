import { Drawer } from '@mantine/core';
import { useState } from 'react';

import { useTexts } from '@/app/texts';

import { titleOf, type Kind, type Variant } from '../model/kinds';
import { blank } from '../model/schema';
import { resolveOf } from '../model/kinds';
import { Editor } from './Editor';
import { Types } from './Types';
import { useEditor } from './useEditor';

interface Props {
  kind: Kind;
  onClose: () => void;
  onSaved: (name: string) => void;
}

/** A new object made beside the form that needs it; the form waits as it is. */
export default function Beside({ kind, onClose, onSaved }: Props) {
  const { t } = useTexts();
  const [variant, choose] = useState<Variant | undefined>(kind.variants.length === 1 ? kind.variants[0] : undefined);
  return (
    <Drawer opened onClose={onClose} position="right" size="xl" title={t('config:newOf', { kind: titleOf(kind, true) })} closeButtonProps={{ 'aria-label': t('common:close') }}>
      {variant === undefined ? <Types kind={kind} onChoose={choose} /> : <Making kind={kind} variant={variant} onSaved={(name) => { onSaved(name); onClose(); }} />}
    </Drawer>
  );
}

function Making({ kind, variant, onSaved }: { kind: Kind; variant: Variant; onSaved: (name: string) => void }) {
  const [first] = useState(() => firstOf(kind, variant));
  const editing = useEditor({ kind, variant, first, revision: '', onSaved });
  return <Editor editing={editing} readOnly={false} />;
}

/** What a new object of a variant begins with. */
export function firstOf(kind: Kind, variant: Variant): Record<string, unknown> {
  const required = blank(variant.schema, resolveOf(variant));
  const on = variant.schema.properties?.enabled === undefined ? {} : { enabled: true };
  return { ...required, ...on, ...(kind.by === undefined || kind.by === '' ? {} : { [kind.by]: variant.name }) };
}
