import { api, answerOf, ask, bodyOf, type Answer, type Schemas } from '@/api/client';

/** A text in several languages. */
export type Localized = { lang: string; value: string }[];

/** One element of a form: what it holds, what it may hold, and whether the reader may change it. */
export interface Element {
  value?: string;
  editable: boolean;
  mandatory?: boolean;
  regex?: string;
  computationRule?: string;
}

export type SubjectElement = Element & { element: string; type?: string };
export type NamesElement = Omit<Element, 'value'> & { type: string; value?: string[]; min?: number; max?: number };
export type ExtensionElement = Element & { type: string };
export type LabelElement = Element & { label: string; enum?: string[]; suggestions?: string[] };
export type MetadataElement = Element & { metadata: string };
export type OwnerElement = Element & { description?: Localized };
export type TeamElement = OwnerElement & { authorized?: string[] };
export type ContactElement = OwnerElement & { whitelist?: string[] };

/** The crypto policy as requesters see it. */
export type Capabilities = Schemas['Capabilities'] & { centralized: boolean; decentralized: boolean; escrow: boolean };

/** Every element of a form. */
export interface Template {
  subject: SubjectElement[];
  sans: NamesElement[];
  extensions: ExtensionElement[];
  labels: LabelElement[];
  metadata: MetadataElement[];
  owner: OwnerElement;
  team: TeamElement;
  contactEmail: ContactElement;
  autoRenew?: { value: boolean; editable: boolean };
  keyType?: string;
  csr?: string;
  revocationReason?: string;
  capabilities: Capabilities;
  passwordMode?: string;
  passwordPolicy?: Schemas['IdentityPasswordPolicy'];
}

export interface Form {
  workflow: string;
  module: string;
  profile: string;
  template: Template;
  termsOfService?: Localized;
  /** How long the last requests like it waited for their answer, in milliseconds. */
  usualAnswer?: number;
}

/** A profile with what the reader may ask of it. */
export interface Offer {
  name: string;
  module: string;
  displayName?: Localized;
  description?: Localized;
  workflows: { workflow: string; perform: boolean; request: boolean }[];
  /** An enrollment asks for a one-time challenge. */
  challenge?: boolean;
  capabilities: Capabilities;
}

export type Status = 'pending' | 'approved' | 'in_progress' | 'completed' | 'denied' | 'canceled' | 'failed';
export type Workflow = 'enroll' | 'renew' | 'revoke' | 'update' | 'migrate' | 'import' | 'recover';

/** A request as the reader may see it. */
export interface Request {
  _id: string;
  module: string;
  profile: string;
  workflow: Workflow;
  status: Status;
  dn?: string;
  requester?: string;
  approver?: string;
  requesterComment?: string;
  approverComment?: string;
  contact?: string;
  owner?: string;
  team?: string;
  registrationDate: number;
  lastModificationDate: number;
  expirationDate?: number;
  labels?: { key: string; value: string }[];
  globalHolderIdCount?: number;
  template: Template;
  permissions: { approve: boolean; cancel: boolean };
  certificate?: { certificate: string };
  certificateId?: string;
  pkcs12?: { value: string };
  password?: { value: string };
  error?: string;
}

export interface Difference {
  field: string;
  before?: string;
  after?: string;
}

/** What helps to decide about a request. */
export interface Review {
  key: { type?: string; madeHere: boolean; kept: boolean };
  holder: { valid: number; profile: number; limit?: number; behavior?: 'revoke' | 'reject'; revoked: number };
  previous?: { _id: string; dn: string; profile?: string; state: 'revoked' | 'expired' | 'superseded' | 'due' | 'valid'; notBefore: number; notAfter: number };
  newNames: string[];
  departures: Difference[];
  changes: Difference[];
  keyUntil?: number;
}

/** A request as it is sent. */
export interface Asked {
  workflow: Workflow;
  module?: string;
  profile?: string;
  certificateId?: string;
  certificatePem?: string;
  template?: Record<string, unknown>;
  password?: { value: string };
  requesterComment?: string;
  termsOfService?: boolean;
  dryRun?: boolean;
}

/** The profiles the reader may ask something of. */
export const fetchOffers = (workflow: Workflow): Promise<Offer[]> =>
  bodyOf(api.GET('/api/v1/requests/profiles', { params: { query: { workflow } } })) as unknown as Promise<Offer[]>;

/** The form of a request, filled as far as its values are known. */
export const fetchForm = (asked: Asked): Promise<Form> =>
  bodyOf(api.POST('/api/v1/requests/template', { params: { query: { termsOfService: true } }, body: asked as never })) as unknown as Promise<Form>;

/** Sends a request, or only tries it. */
export const submit = (asked: Asked): Promise<Answer<Request>> => answerOf(api.POST('/api/v1/requests/submit', { body: asked as never })) as unknown as Promise<Answer<Request>>;

export const fetchRequest = (id: string): Promise<Request> => bodyOf(api.GET('/api/v1/requests/{id}', { params: { path: { id } } })) as unknown as Promise<Request>;

export const fetchReview = (id: string): Promise<Review> => bodyOf(api.GET('/api/v1/requests/{id}/review', { params: { path: { id } } })) as unknown as Promise<Review>;

/** Decides about a request, or takes it back. */
export async function decide(verb: Verdict, r: Decided, comment: string, template?: Record<string, unknown>): Promise<Answer<Request>> {
  return ask<Request>(decision(verb, r, comment, template));
}

type Verdict = 'approve' | 'deny' | 'cancel';
type Decided = Pick<Request, '_id' | 'workflow' | 'module'>;

/** The call that decides about a request. */
export function decision(verb: Verdict, r: Decided, comment: string, template?: Record<string, unknown>) {
  const body = { _id: r._id, workflow: r.workflow, module: r.module, ...(comment === '' ? {} : { approverComment: comment }), ...(template === undefined ? {} : { template }) };
  return { method: 'POST', path: `/api/v1/requests/${verb}`, body } as const;
}

/** What a certification request holds. */
export interface DecodedCsr {
  dn: string;
  sans: { sanType: string; value: string }[];
  keyType: string;
  pem: string;
}

/** Takes a certification request apart, in PEM or DER. */
export async function decodeCsr(csr: Blob): Promise<DecodedCsr> {
  return (await ask<DecodedCsr>({ method: 'POST', path: '/api/v1/rfc5280/pkcs10', body: formOf(csr) })).body;
}

/** A form with one file. */
export function formOf(file: Blob, values: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.set(name, value);
  form.set('file', file, 'file');
  return form;
}

/** The text of the reader's language, else the first. */
export function inLanguage(texts: Localized | undefined, language: string): string {
  return (texts?.find((x) => x.lang === language) ?? texts?.[0])?.value ?? '';
}
