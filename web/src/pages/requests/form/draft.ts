import type { Asked, Capabilities, Form, Offer, Template } from '../wire';
import { byType, commonName, plainTypes, splitNames } from './names';

/** Where the key comes from: made by the server, made in this browser, or already there, with a CSR. */
export type KeyMode = 'server' | 'browser' | 'csr';

/** A form as it is being filled. What is not in `values` is as the form came. */
export interface Draft {
  /** The names as they are written, one per line or a pasted list. */
  names: string;
  /** Values by field: "subject.cn.1", "san.OTHERNAME_UPN", "extension.ms_sid", "label.env", "owner", "team", "contactEmail". */
  values: Record<string, string>;
  key: KeyMode;
  keyType: string;
  csr: string;
  password: string;
  comment: string;
  terms: boolean;
  autoRenew?: boolean;
}

/** The ways to a key that a profile takes; the first is proposed. */
export function keyModes(c: Capabilities): KeyMode[] {
  const modes: KeyMode[] = [...(c.centralized ? (['server'] as const) : []), ...(c.decentralized ? (['browser', 'csr'] as const) : [])];
  return c.preferredEnrollmentMode === 'decentralized' ? modes.toSorted((a, b) => Number(a === 'server') - Number(b === 'server')) : modes;
}

/** The draft of a fresh form; names wished for in the address come with it. */
export function freshDraft(form: Form, wished: { names?: string; cn?: string } = {}): Draft {
  const modes = keyModes(form.template.capabilities);
  return {
    names: wished.names ?? '',
    values: wished.cn === undefined || wished.cn === '' ? {} : { 'subject.cn.1': wished.cn },
    key: modes[0] ?? 'csr',
    keyType: form.template.keyType ?? form.template.capabilities.defaultKeyType ?? '',
    csr: '',
    password: '',
    comment: '',
    terms: false,
  };
}

/** The names and values a form brings, of a CSR or a certificate it was filled with. */
export function filled(form: Form, draft: Draft): Draft {
  const names = form.template.sans.filter((s) => plainTypes.includes(s.type)).flatMap((s) => s.value ?? []);
  const values = { ...draft.values };
  for (const e of form.template.subject) if (e.editable && e.value !== undefined) values[`subject.${e.element}`] = e.value;
  for (const s of form.template.sans) if (s.editable && !plainTypes.includes(s.type) && s.value !== undefined) values[`san.${s.type}`] = s.value.join('\n');
  return { ...draft, names: names.join('\n'), values };
}

/** The value a field shows: what was typed, else what follows from the names, else what the form came with. */
export function valueOf(form: Form, draft: Draft, field: string): string {
  const typed = draft.values[field];
  if (typed !== undefined) return typed;
  const t = form.template;
  if (field.startsWith('subject.')) {
    const e = t.subject.find((s) => `subject.${s.element}` === field);
    if (e?.element === 'cn.1' && e.editable && (e.value ?? '') === '') return commonName(splitNames(draft.names));
    return e?.value ?? '';
  }
  return standing(t, field);
}

function standing(t: Template, field: string): string {
  const [group = '', ...rest] = field.split('.');
  const name = rest.join('.');
  switch (group) {
    case 'san':
      return (t.sans.find((s) => s.type === name)?.value ?? []).join('\n');
    case 'extension':
      return t.extensions.find((e) => e.type === name)?.value ?? '';
    case 'label':
      return t.labels.find((l) => l.label === name)?.value ?? '';
    case 'metadata':
      return t.metadata.find((m) => m.metadata === name)?.value ?? '';
    case 'owner':
      return t.owner.value ?? '';
    case 'team':
      return t.team.value ?? '';
    default:
      return t.contactEmail.value ?? '';
  }
}

const cleared = (text: string) => (text.trim() === '' ? null : text.trim());

/** The labels and who answers, as they are sent: only what may be changed. */
export function answering(form: Form, draft: Draft): Record<string, unknown> {
  const t = form.template;
  const value = (field: string) => ({ value: cleared(valueOf(form, draft, field)) });
  return {
    labels: t.labels.filter((l) => l.editable).map((l) => ({ label: l.label, ...value(`label.${l.label}`) })),
    metadata: t.metadata.filter((m) => m.editable && draft.values[`metadata.${m.metadata}`] !== undefined).map((m) => ({ metadata: m.metadata, ...value(`metadata.${m.metadata}`) })),
    ...(t.owner.editable ? { owner: value('owner') } : {}),
    ...(t.team.editable ? { team: value('team') } : {}),
    ...(t.contactEmail.editable ? { contactEmail: value('contactEmail') } : {}),
    ...(t.autoRenew?.editable === true && draft.autoRenew !== undefined ? { autoRenew: { value: draft.autoRenew } } : {}),
  };
}

/** Subject, names and extensions as they are sent: only what may be changed. */
export function naming(form: Form, draft: Draft): Record<string, unknown> {
  const t = form.template;
  const value = (field: string) => cleared(valueOf(form, draft, field));
  const plain = Object.entries(byType(splitNames(draft.names), t.sans)).map(([type, names]) => ({ type, value: names }));
  const others = t.sans.filter((s) => s.editable && !plainTypes.includes(s.type)).map((s) => ({ type: s.type, value: splitNames(value(`san.${s.type}`) ?? '') }));
  return {
    subject: t.subject.filter((s) => s.editable).map((s) => ({ element: s.element, value: value(`subject.${s.element}`) })),
    sans: [...plain, ...others],
    extensions: t.extensions.filter((e) => e.editable).map((e) => ({ type: e.type, value: value(`extension.${e.type}`) })),
  };
}

/** The request as it is sent. `csr` is the one made of a key of this browser, where there is one. */
export function askedOf(form: Form, offer: Pick<Offer, 'challenge'>, draft: Draft, csr?: string): Asked {
  const key =
    offer.challenge === true ? {} : draft.key === 'server' ? { csr: null, ...(draft.keyType === '' ? {} : { keyType: draft.keyType }) } : { csr: csr ?? draft.csr };
  return {
    workflow: 'enroll',
    module: form.module,
    profile: form.profile,
    template: { ...naming(form, draft), ...answering(form, draft), ...key },
    ...(draft.password !== '' && wantsPassword(form, offer, draft) ? { password: { value: draft.password } } : {}),
    ...(draft.comment.trim() === '' ? {} : { requesterComment: draft.comment.trim() }),
    ...(form.termsOfService === undefined ? {} : { termsOfService: draft.terms }),
  };
}

/** Whether the requester chooses the password of the PKCS#12. */
export function wantsPassword(form: Form, offer: Pick<Offer, 'challenge'>, draft: Draft): boolean {
  return offer.challenge !== true && draft.key === 'server' && (form.template.passwordMode ?? 'manual') !== 'random';
}

/** Whether anything is written that could be tried. */
export function begun(form: Form, draft: Draft, offer: Pick<Offer, 'challenge'>): boolean {
  if (offer.challenge === true) return true;
  if (draft.key === 'csr' && draft.csr.trim() === '') return false;
  return splitNames(draft.names).length > 0 || Object.values(draft.values).some((v) => v.trim() !== '') || !asksAnything(form);
}

function asksAnything(form: Form): boolean {
  return form.template.subject.some((s) => s.editable) || form.template.sans.some((s) => s.editable);
}

/** The draft as a browser may keep it: a password is no part of it. */
export function bare(draft: Draft): Draft {
  return { ...draft, password: '' };
}

/** Whether two drafts ask for the same, passwords apart. */
export function alike(a: Draft, b: Draft): boolean {
  return JSON.stringify(bare(a)) === JSON.stringify(bare(b));
}
