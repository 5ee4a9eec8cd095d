import type { Template } from './calls';

/** What can be changed of who answers for a certificate, as it is being written. */
export interface Draft {
  owner: string;
  team: string;
  contactEmail: string;
  labels: Record<string, string>;
  autoRenew?: boolean;
}

/** The draft as the form of the API has it. */
export function draftOf(t: Pick<Template, 'owner' | 'team' | 'contactEmail' | 'labels' | 'autoRenew'>): Draft {
  return {
    owner: t.owner.value ?? '', team: t.team.value ?? '', contactEmail: t.contactEmail.value ?? '',
    labels: Object.fromEntries((t.labels ?? []).map((l) => [l.label, l.value ?? ''])),
    ...(t.autoRenew === undefined ? {} : { autoRenew: t.autoRenew.value }),
  };
}

/** The changed fields as the template of an update; null clears a value. Null when nothing is changed. */
export function changesOf(before: Draft, after: Draft): Record<string, unknown> | null {
  const orNull = (text: string) => (text.trim() === '' ? null : text.trim());
  const single = (['owner', 'team', 'contactEmail'] as const).filter((f) => before[f] !== after[f].trim()).map((f) => [f, { value: orNull(after[f]) }]);
  const labels = Object.entries(after.labels).filter(([l, v]) => (before.labels[l] ?? '') !== v.trim()).map(([l, v]) => ({ label: l, value: orNull(v) }));
  const changed: Record<string, unknown> = Object.fromEntries(single);
  if (labels.length > 0) changed.labels = labels;
  if (before.autoRenew !== after.autoRenew) changed.autoRenew = { value: after.autoRenew };
  return Object.keys(changed).length === 0 ? null : changed;
}
