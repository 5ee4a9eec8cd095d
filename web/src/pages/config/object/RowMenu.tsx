import { ActionIcon, Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Copy, Ellipsis, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { useTexts } from '@/app/texts';
import { MenuButton } from '@/parts/MenuButton';

import { keyOf, type Item, type Kind } from '../model/kinds';
import { Delete } from './Delete';

/** What is done to an object from its row. */
export function RowMenu({ kind, item }: { kind: Kind; item: Item }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const name = keyOf(kind, item);
  return (
    <>
      <MenuButton button={<ActionIcon variant="subtle" color="gray" size={28} aria-label={t('config:actionsOf', { name })}><Ellipsis size={16} aria-hidden /></ActionIcon>}>
        {() => (
          <>
            <Menu.Item leftSection={<Copy size={16} aria-hidden />} onClick={() => void navigate({ to: '/config/$kind/new', params: { kind: kind.kind }, search: { from: name } })}>
              {t('config:duplicate')}
            </Menu.Item>
            <Menu.Item leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setDeleting(true)}>
              {t('config:delete.verb')}
            </Menu.Item>
          </>
        )}
      </MenuButton>
      {deleting && <Delete kind={kind} name={name} onClose={() => setDeleting(false)} />}
    </>
  );
}
