/** Reads lines "key = value" as the values a rule is tried with. Lines without a key are left out. */
export function valuesOf(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    const at = line.indexOf('=');
    const key = line.slice(0, Math.max(0, at)).trim();
    return key === '' ? [] : [[key, line.slice(at + 1).trim()]];
  });
  return Object.fromEntries(pairs);
}

/** Values as lines. */
export function linesOf(values: Record<string, string>): string {
  return Object.entries(values).map(([key, value]) => `${key} = ${value}`).join('\n');
}

interface Names {
  dn?: string | undefined;
  sans?: { sanType?: string | undefined; value?: string | undefined }[] | undefined;
  more?: Record<string, string | undefined>;
}

/** The values of a certificate or request by the keys rules name them with: certificate.subject.cn.1, certificate.san.dnsname.1. */
export function namesOf(prefix: string, { dn = '', sans = [], more = {} }: Names): Record<string, string> {
  const values: Record<string, string> = { [`${prefix}.dn`]: dn };
  const counts = new Map<string, number>();
  const put = (path: string, value: string) => {
    const n = (counts.get(path) ?? 0) + 1;
    counts.set(path, n);
    values[`${prefix}.${path}.${n}`] = value;
  };
  for (const part of dn.match(/(?:\\.|[^,\\])+/g) ?? []) {
    const [type = '', ...rest] = part.split('=');
    if (rest.length > 0) put(`subject.${type.trim().toLowerCase()}`, rest.join('=').replace(/\\(.)/g, '$1').trim());
  }
  for (const { sanType = '', value = '' } of sans) put(`san.${sanType.toLowerCase()}`, value);
  for (const [key, value] of Object.entries(more)) if (value !== undefined && value !== '') values[`${prefix}.${key}`] = value;
  return values;
}
