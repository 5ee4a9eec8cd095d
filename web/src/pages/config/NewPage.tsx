import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';

import { Lost, Waiting } from '@/app/edges';
import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';
import { Page } from '@/parts/Page';

import { documentOf, itemQuery, resolveOf, titleOf, useKind, variantOf, variantTitle, type Item, type Kind, type Variant } from './model/kinds';
import { secretPlaces } from './model/secrets';
import { put, withoutSecrets } from './model/values';
import { firstOf } from './object/Beside';
import { Editor } from './object/Editor';
import { Fill } from './object/Fill';
import { Types } from './object/Types';
import { useEditor } from './object/useEditor';

/** A new object: empty, or like another one. */
export default function NewPage() {
  const { t } = useTexts();
  const { kind: name } = useParams({ from: '/shell/config/$kind/new' });
  const { type = '', from = '' } = useSearch({ strict: false });
  const navigate = useNavigate();
  const kind = useKind(name);
  const like = useQuery({ ...itemQuery(kind ?? { kind: '', path: '' }, from), enabled: kind !== undefined && from !== '' });
  if (kind === undefined) return <Lost />;
  if (like.error !== null) return <Page title={t('config:newOf', { kind: titleOf(kind, true) })} section={titleOf(kind)}><FaultBox fault={like.error} /></Page>;
  if (from !== '' && like.data === undefined) return <Waiting />;
  const variant = from !== '' ? variantOf(kind, like.data?.item) : kind.variants.length === 1 ? kind.variants[0] : kind.variants.find((v) => v.name === type);
  const title = t('config:newOf', { kind: titleOf(kind, true) });
  if (variant === undefined) {
    return (
      <Page title={title} section={t('places:configuration')}>
        <Types kind={kind} onChoose={(v) => void navigate({ to: '/config/$kind/new', params: { kind: kind.kind }, search: { type: v.name } })} />
      </Page>
    );
  }
  return <Making key={`${variant.name} ${from}`} kind={kind} variant={variant} like={like.data?.item} title={kind.variants.length > 1 ? `${title} – ${variantTitle(kind, variant)}` : title} />;
}

function Making({ kind, variant, like, title }: { kind: Kind; variant: Variant; like: Item | undefined; title: string }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const first = useMemo(() => (like === undefined ? firstOf(kind, variant) : copyOf(kind, variant, like)), [kind, variant, like]);
  const editing = useEditor({ kind, variant, first, revision: '', onSaved: (name) => void navigate({ to: '/config/$kind/$name', params: { kind: kind.kind, name } }) });
  const [pasting, paste] = useState(false);
  const fill = () => editing.draft.replace({ ...variant.example, [kind.key]: (editing.document[kind.key] as string | undefined) ?? variant.example[kind.key] });
  return (
    <Page title={title} section={titleOf(kind)} actions={
        like === undefined && (
          <>
            <Button variant="default" onClick={() => paste(true)}>{t('forms:fill.verb')}</Button>
            <Button variant="default" onClick={fill}>{t('config:example')}</Button>
          </>
        )
      }
    >
      {pasting && <Fill editing={editing} onClose={() => paste(false)} />}
      <Editor editing={editing} readOnly={false} />
    </Page>
  );
}

/** An object to begin another one with: without its name, and without its secrets, which nobody can read. */
function copyOf(kind: Kind, variant: Variant, like: Item): Item {
  const secret = secretPlaces(variant.schema, resolveOf(variant));
  return withoutSecrets(put(documentOf(like), [kind.key], undefined), secret, null) as Item;
}
