import { Anchor, List, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { useTexts } from '@/app/texts';
import { FaultBox } from '@/parts/FaultBox';

import { titleOf, useKinds, usesQuery, type Kind, type Use } from '../model/kinds';

/** What stands in connection with an object, both ways. */
export function Uses({ kind, name, item }: { kind: Kind; name: string; item: unknown }) {
  const { t } = useTexts();
  const { data, error } = useQuery(usesQuery(kind, name));
  if (error !== null) return <FaultBox fault={error} />;
  if (data === undefined) return null;
  const counts = Object.entries(data.counts);
  return (
    <Stack maw={880}>
      <section>
        <Title order={2}>{t('config:uses.usedBy')}</Title>
        {data.usedBy.length === 0 ? <Text size="sm" c="dimmed">{t('config:uses.nobody')}</Text> : <UseList uses={data.usedBy} />}
      </section>
      <section>
        <Title order={2}>{t('config:uses.title')}</Title>
        {data.uses.length === 0 ? <Text size="sm" c="dimmed">{t('config:uses.nothing')}</Text> : <UseList uses={data.uses} />}
      </section>
      {data.hidden > 0 && <Text size="sm">{t('config:uses.hidden', { count: data.hidden })}</Text>}
      {counts.map(([facts, count]) => (
        <Text key={facts} size="sm">
          {facts === 'certificates' ? <Anchor href={`/ui/certificates?q=${encodeURIComponent(queryOf(kind.kind, name, item))}`}>{t('config:uses.certificatesFound', { count })}</Anchor> : `${count} ${facts}`}
        </Text>
      ))}
    </Stack>
  );
}

/** The query that finds the certificates of an object. */
export function queryOf(kind: string, name: string, item: unknown): string {
  const said = kind === 'ca' ? String((item as { certificate?: { dn?: string } } | undefined)?.certificate?.dn ?? '') : name;
  const text = `"${said.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  return kind === 'label' ? `label.${name} exists` : `${fields[kind] ?? kind} equals ${text}`;
}

/** Names of kinds in queries, where they have others. */
const fields: Record<string, string> = { 'pki-connector': 'pkiconnector', ca: 'issuer' };

/** What objects name that is no kind: the words for it, and where its pages are. */
const beside: Record<string, { words: string; place: string }> = { authority: { words: 'config:authority', place: 'authorities' } };

/** Objects with the fields that hold the reference, as links. */
export function UseList({ uses }: { uses: Use[] }) {
  const { t } = useTexts();
  const kinds = useKinds();
  return (
    <List size="sm" listStyleType="none">
      {uses.map((u) => {
        const kind = kinds.find((k) => k.kind === u.kind);
        const other = beside[u.kind];
        return (
          <List.Item key={`${u.kind}/${u.key}`}>
            <span className="muted">{kind !== undefined ? titleOf(kind, true) : other === undefined ? u.title : t(other.words)}</span>{' '}
            <Anchor component={Link} to={`/config/${other?.place ?? u.kind}/${encodeURIComponent(u.key)}`} inherit>
              {u.key}
            </Anchor>{' '}
            <span className="muted">{u.fields.join(', ')}</span>
          </List.Item>
        );
      })}
    </List>
  );
}
