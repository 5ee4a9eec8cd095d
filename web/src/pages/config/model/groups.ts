import type { Field } from './schema';

/** The six groups of every form, in their order. */
export const groups = ['what', 'signs', 'asked', 'who', 'follows', 'limits'] as const;
export type Group = (typeof groups)[number];

const byName: [RegExp, Group][] = [
  [/^(name|identifier|type|module|title|displayName|description|enabled|enabledOnUI|public|downloadable|logo|header.*|targets|level|content|contents|announcements|expires)$/, 'what'],
  [/^(permissions|roles|teams|managers|mapping|mappings|authorization(Levels|Mode|Methods|Reuse)|selfPermissions|validation.*|trust(Config|ed.*)|externalAccountRequired|.*(Claim|Mapping))$/, 'who'],
  [/^(triggers|gradingPolicies|autoRenewal.*|renewal.*|emailTemplate|events|attach.*|ifPkcs12|runOn.*|retries|webhook)$/, 'follows'],
  [/(max|min|limit|lifetime|timeout|skew|restriction|refresh|cache|delay|retry|perHolder|requestsPolicy|spChar|runPeriod|backDate)/i, 'limits'],
  [/(url|host|port|proxy|credential|connector|authority|certificate$|^ca|key$|hash|password|secret|login|store|resolver|address|contact|email|scope|jwks|signAlg|cryptoType|outdated|website|networks|cron)/i, 'signs'],
];

/** The groups as the schemas name them. */
const named: Record<string, Group> = { what: 'what', where: 'signs', ask: 'asked', who: 'who', follow: 'follows', limits: 'limits' };

/** The group a field says it belongs to, or else the one its name and type suggest. */
export function groupOf(field: Field): Group {
  const said = field.schema['x-group'];
  if (typeof said === 'string' && named[said] !== undefined) return named[said];
  const found = byName.find(([pattern]) => pattern.test(field.name));
  if (found !== undefined) return found[1];
  return field.type === 'duration' || field.type === 'number' ? 'limits' : 'asked';
}

/** The fields by group, required ones first; groups without fields are left out. */
export function grouped(fields: Field[]): [Group, Field[]][] {
  return groups
    .map((g): [Group, Field[]] => {
      const of = fields.filter((f) => groupOf(f) === g);
      return [g, [...of.filter((f) => f.required), ...of.filter((f) => !f.required)]];
    })
    .filter(([, of]) => of.length > 0);
}
