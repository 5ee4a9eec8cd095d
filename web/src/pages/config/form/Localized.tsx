import { Fieldset, SimpleGrid, Text, TextInput } from '@mantine/core';

import { useTexts } from '@/app/texts';

import { Lines } from './Lines';
import { useField, type InputProps } from './context';
import styles from './form.module.css';
import { Label } from './Label';

interface Said {
  lang: string;
  value: string;
}

/** A text in several languages, English and French side by side; further languages stay below. */
export function LocalizedField(props: InputProps) {
  const f = useField(props);
  const { t } = useTexts();
  const all = (Array.isArray(f.value) ? f.value : []) as Said[];
  const langs = [...new Set(['en', 'fr', ...all.map((s) => s.lang)])];
  const items = f.form.resolve(props.field.schema.items ?? {});
  const long = props.field.name !== 'displayName' && (items.properties?.value?.maxLength ?? 0) > 300;
  const set = (lang: string, value: string) => {
    const rest = all.filter((s) => s.lang !== lang);
    const next = value === '' ? rest : [...rest, { lang, value }].sort((a, b) => langs.indexOf(a.lang) - langs.indexOf(b.lang));
    f.set(next.length === 0 && !props.field.required ? undefined : next);
  };
  return (
    <Fieldset id={f.id} legend={<Label name={f.name} required={props.field.required} />} variant="unstyled">
      {f.doc !== '' && <Text size="xs" c="dimmed" mb={4}>{f.doc}</Text>}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {langs.map((lang) => {
          const value = all.find((s) => s.lang === lang)?.value ?? '';
          const given = {
            label: (
              <>
                {t(`config:languages.${lang}`, { defaultValue: lang })}
                {value === '' && all.length > 0 && <span className={styles.absent}> {t('forms:missing')}</span>}
              </>
            ),
            value,
            readOnly: f.readOnly,
            'aria-label': `${f.name} (${t(`config:languages.${lang}`, { defaultValue: lang })})`,
            placeholder: value === '' && all.length > 0 ? t('config:localized.instead', { value: all[0]?.value ?? '' }) : undefined,
          };
          return long ? (
            <Lines key={lang} {...given} minRows={2} maxRows={10} onChange={(e) => set(lang, e.currentTarget.value)} />
          ) : (
            <TextInput key={lang} {...given} onChange={(e) => set(lang, e.currentTarget.value)} autoComplete="off" />
          );
        })}
      </SimpleGrid>
      {f.error !== undefined && <Text size="xs" c="var(--mantine-color-error)" mt={4}>{f.error}</Text>}
    </Fieldset>
  );
}
