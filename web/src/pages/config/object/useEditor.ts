import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';

import { faultOf, type Fault } from '@/api/fault';
import { useTexts } from '@/app/texts';
import { receipt } from '@/parts/Receipt';

import { createDraft, forget, keep, keptOf, type Kept } from '../model/draft';
import { documentOf, heldOf, keyOf, readItem, resolveOf, titleOf, type Held, type Item, type Kind, type Variant } from '../model/kinds';
import { problemsOf, type Problems } from '../model/problems';
import { secretPlaces } from '../model/secrets';
import { differences, same, withoutSecrets, type Difference } from '../model/values';
import { refresh, send, tryOut } from './changes';
import type { TestResult } from './Tested';

export interface EditorInput {
  kind: Kind;
  variant: Variant;
  /** The document the work begins with. */
  first: Item;
  /** The object as the server has it; a new one has none. */
  stored?: Item | undefined;
  revision: string;
  /** Its secrets that have a value. */
  held?: Held[] | undefined;
  onSaved: (name: string) => void;
}

/** What a review shows: what would change, as the server says it. */
export interface Reviewed {
  changes: Difference[];
}

/** The object as somebody else saved it meanwhile. */
export interface Theirs {
  document: Item;
  revision: string;
  held: Held[];
}

/** The state of one piece of work on an object: draft, problems, review, conflict, saving. */
export function useEditor({ kind, variant, first, stored, revision, held, onSaved }: EditorInput) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const resolve = useMemo(() => resolveOf(variant), [variant]);
  const secret = useMemo(() => secretPlaces(variant.schema, resolve), [variant, resolve]);
  const [draft] = useState(() => createDraft(first));
  const [base, setBase] = useState({ document: stored, revision, held });
  const [problems, setProblems] = useState<Problems>({});
  const [fault, setFault] = useState<Fault>();
  const [reviewed, setReviewed] = useState<Reviewed>();
  const [theirs, setTheirs] = useState<Theirs>();
  const [busy, setBusy] = useState(false);
  const [testing, setTesting] = useState(false);
  const [tested, setTested] = useState<{ result: TestResult; of: Item }>();
  const document = useSyncExternalStore(draft.subscribe, draft.get) as Item;
  const isNew = base.document === undefined;
  const changes = useMemo(() => differences(base.document ?? {}, document), [base, document]);
  const dirty = changes.length > 0 && !(isNew && same(document, first));

  const place = `${kind.kind}/${isNew ? `+${variant.name}` : keyOf(kind, base.document)}`;
  const [offered, offer] = useState<Kept | undefined>(() => keptOf(place, Date.now()));
  useEffect(() => {
    if (!dirty) return;
    const timer = window.setTimeout(() => keep(place, { at: Date.now(), revision: base.revision, document: withoutSecrets(document, secret) }), 400);
    return () => window.clearTimeout(timer);
  }, [document, dirty, place, base.revision, secret]);

  const fail = async (thrown: unknown) => {
    const said = faultOf(thrown);
    setReviewed(undefined);
    if (said.status === 409 && !isNew) {
      const now = await readItem(kind, keyOf(kind, base.document)); // the page goes on showing what was read first
      setTheirs({ document: documentOf(now.item), revision: now.revision, held: heldOf(now.item) });
      return;
    }
    const known = (path: string) => variant.schema.properties?.[path.split('.')[0] ?? ''] !== undefined;
    setProblems(said.status === 400 ? problemsOf(said.problems, known) : {});
    setFault(said);
  };
  const attempt = async (work: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setFault(undefined);
    setProblems({});
    try {
      await work();
    } catch (thrown) {
      await fail(thrown);
    } finally {
      setBusy(false);
    }
  };
  const terms = { isNew, revision: base.revision };
  const review = () =>
    attempt(async () => {
      const { body } = await send(kind, document, { ...terms, dry: true });
      setReviewed({ changes: body._dryRun?.changes ?? [] });
    });
  const save = () =>
    attempt(async () => {
      const { body, events } = await send(kind, document, terms);
      const name = keyOf(kind, body);
      forget(place);
      setReviewed(undefined);
      receipt(t(isNew ? 'config:added' : 'config:saved', { name, kind: titleOf(kind, true) }), events);
      draft.replace(documentOf(body)); // nothing is left to lose
      setBase({ document: documentOf(body), revision: '', held: heldOf(body) });
      await refresh(queries);
      onSaved(name);
    });
  const test = async () => {
    setTesting(true);
    await attempt(async () => setTested({ result: await tryOut(kind, document), of: document }));
    setTesting(false);
  };
  const rebase = (mine: Item, on: Theirs) => {
    setBase(on);
    draft.replace(mine);
    setTheirs(undefined);
  };
  const discard = () => {
    forget(place);
    draft.replace(base.document ?? first);
    setProblems({});
    setFault(undefined);
  };
  const resume = () => {
    if (offered !== undefined) draft.replace(offered.document);
    offer(undefined);
  };
  const decline = () => {
    forget(place);
    offer(undefined);
  };
  const losable = () => !same(withoutSecrets(draft.get(), secret), draft.get()); // a typed secret is in no browser's memory
  return {
    kind, variant, resolve, secret, draft, document, base, isNew, changes, dirty, problems, fault, reviewed, theirs, busy, losable, tested, testing, test,
    untest: () => setTested(undefined),
    offered: dirty ? undefined : offered,
    review, save, rebase, discard, resume, decline, back: () => setReviewed(undefined),
  };
}

export type Editing = ReturnType<typeof useEditor>;
