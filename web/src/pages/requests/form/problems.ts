/** What is wrong with a form, under the field it concerns; what concerns none is under "". */
export type Problems = Record<string, string[]>;

// The sentences of the API that name a field; they are part of its contract.
const named: [RegExp, (found: RegExpExecArray) => string][] = [
  [/^Subject element '([^']+)'/, (f) => `subject.${f[1] ?? ''}`],
  [/^SAN '([^']+)'/, (f) => `san.${(f[1] ?? '').toUpperCase()}`],
  [/^Extension '([^']+)'/, (f) => `extension.${f[1] ?? ''}`],
  [/^Label element '([^']+)'/, (f) => `label.${f[1] ?? ''}`],
  [/^Metadata '([^']+)'/, (f) => `metadata.${f[1] ?? ''}`],
  [/^Owner\b/, () => 'owner'],
  [/^Team\b/, () => 'team'],
  [/^Contact email\b/, () => 'contactEmail'],
  [/^the key type\b/, () => 'keyType'],
  [/^password\b/, () => 'password'],
  [/^termsOfService\b/, () => 'terms'],
  [/^auto-renew\b/, () => 'autoRenew'],
  [/^Subject alternative name is not valid: (\w+)/, (f) => `san.${f[1] ?? ''}`],
];

// Faults whose every sentence concerns one field.
const ofCode: Record<string, string> = { 'WEBRA-ENROLL-014': 'password', 'WEBRA-ENROLL-012': 'key', 'WEBRA-ENROLL-013': 'key', 'RFC5280-001': 'csr', 'RFC5280-002': 'csr', 'RFC5280-005': 'csr' };

/** Sorts the sentences of a refusal by field. */
export function problemsOf(fault: { code: string; problems: string[]; message: string }, say: (raw: string) => string = (raw) => raw): Problems {
  const all: Problems = {};
  for (const sentence of fault.problems.length === 0 ? [fault.message] : fault.problems) {
    (all[fieldOf(fault.code, sentence)] ??= []).push(say(sentence));
  }
  return all;
}

function fieldOf(code: string, sentence: string): string {
  for (const [pattern, field] of named) {
    const found = pattern.exec(sentence);
    if (found !== null) return field(found);
  }
  return ofCode[code] ?? '';
}

/** The sentences under any of the fields. */
export function under(problems: Problems, ...fields: string[]): string[] {
  return fields.flatMap((f) => problems[f] ?? []);
}

/** Those no shown field is named by. */
export function elsewhere(problems: Problems, shown: ReadonlySet<string>): string[] {
  return Object.entries(problems).flatMap(([field, sentences]) => (shown.has(field) ? [] : sentences));
}
