import { SimpleGrid, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useState } from 'react';

import { useTexts } from '@/app/texts';

import styles from '../Config.module.css';
import { variantTitle, type Kind, type Variant } from '../model/kinds';
import { useWords } from '../model/words';

/** The forms of a kind as cards: what kind of object it is to be is chosen first and fixed afterwards. */
export function Types({ kind, onChoose }: { kind: Kind; onChoose: (variant: Variant) => void }) {
  const { t } = useTexts();
  const words = useWords();
  const [text, setText] = useState('');
  const found = kind.variants.filter((v) => `${v.name} ${v.title} ${variantTitle(kind, v)}`.toLowerCase().includes(text.toLowerCase()));
  return (
    <Stack>
      {kind.variants.length > 6 && <TextInput label={t('config:types.find')} value={text} onChange={(e) => setText(e.currentTarget.value)} maw={360} data-autofocus />}
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }}>
        {found.map((v) => (
          <UnstyledButton key={v.name} className={styles.card} onClick={() => onChoose(v)}>
            <Text fw={600}>{variantTitle(kind, v)}</Text>
            <Text size="sm" c="dimmed">{t(`config:variantHelp.${kind.kind}.${v.name}`, { defaultValue: words.doc(v.schema.description) })}</Text>
          </UnstyledButton>
        ))}
      </SimpleGrid>
    </Stack>
  );
}
