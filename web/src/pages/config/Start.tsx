import { List, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { useSelf } from '@/app/session';
import { useTexts } from '@/app/texts';
import { Empty } from '@/parts/Empty';
import { Page } from '@/parts/Page';

import styles from './Config.module.css';
import { useKinds } from './model/kinds';
import { entriesOf } from './sections';

/** What can be configured, by what people mean. */
export default function Start() {
  const { t } = useTexts();
  const self = useSelf();
  const all = [...entriesOf(self, useKinds(), (id) => t(`config:pages.${id}`))].filter(([, entries]) => entries.length > 0);
  return (
    <Page title={t('places:configuration')}>
      {all.length === 0 && <Empty title={t('config:noRights')}><Text>{t('config:noRightsHelp')}</Text></Empty>}
      <div className={styles.cards}>
        {all.map(([section, entries]) => (
          <section key={section} className={styles.card} aria-labelledby={`start-${section}`}>
            <Title order={2} id={`start-${section}`}>{t(`config:sections.${section}`)}</Title>
            <Text size="sm" c="dimmed" mb="xs">{t(`config:sectionHelp.${section}`)}</Text>
            <List size="sm" listStyleType="none" withPadding={false}>
              {entries.map((e) => (
                <List.Item key={e.id}>
                  <Link to={e.to} className={styles.row}>{e.title}</Link>
                </List.Item>
              ))}
            </List>
          </section>
        ))}
      </div>
    </Page>
  );
}
