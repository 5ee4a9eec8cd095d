import { Button } from '@mantine/core';
import { CircleHelp, Play, X } from 'lucide-react';
import { lazy, Suspense, useId, useMemo, useState, type ReactNode } from 'react';

import { useKeys } from '@/app/keys';
import { useIdle } from '@/app/idle';
import { useTexts } from '@/app/texts';

import type { QueryLanguage } from './calls';
import { keepRan } from './history';
import { Plain } from './Plain';
import { QueryHelp } from './QueryHelp';
import styles from './Query.module.css';
import { isBare } from './terms';
import { useCheck } from './useCheck';

// Where the editor cannot be loaded the plain field stays.
const Editor = lazy(() => import('./Editor').catch(() => ({ default: Plain })));

interface Props {
  language: QueryLanguage;
  /** The query that was run last. The draft begins as it, and follows it. */
  value: string;
  /** Runs a query: the writer pressed Enter, or Run. */
  onRun: (query: string) => void;
  /** Where the dictionary of the search is: /api/v1/certificates. */
  path: string;
  /** Makes a query of bare words that were typed instead of one. */
  words?: (text: string) => string;
  /** Takes a document that was pasted, such as a PEM; false leaves it in the line. */
  onPaste?: (text: string) => boolean;
  /** Tells of the draft with every change. */
  onDraft?: (draft: string) => void;
  /** Whether the "/" key comes here; one line of a page has it. */
  slash?: boolean;
  /** Stands at the end of the line, such as Save. */
  children?: ReactNode;
}

/** One query as text, with colours, completion, and what is wrong with it under the very word. */
export function QueryLine({ language, value, onRun, path, words, onPaste, onDraft, slash = false, children }: Props) {
  const { t } = useTexts();
  const id = useId();
  const [draft, setDraft] = useState(value);
  const [seen, setSeen] = useState(value);
  const [version, setVersion] = useState(0);
  const [focused, setFocused] = useState(0);
  const [helped, help] = useState(false);
  const idle = useIdle(); // making the editor takes as long as drawing the page
  if (seen !== value) {
    setSeen(value);
    setDraft(value);
    setVersion(version + 1);
  }
  const bare = words !== undefined && isBare(draft);
  const { problem, slow } = useCheck(language, draft, bare);
  const wrong = useMemo(() => (problem === null ? null : { from: problem.from, to: problem.to }), [problem]);
  const phrases = useMemo(() => ({ Completions: t('query:completions') }), [t]);

  const type = (text: string) => {
    setDraft(text);
    onDraft?.(text);
  };
  const write = (text: string) => {
    type(text);
    setVersion((n) => n + 1);
  };
  const run = (text = draft) => {
    const query = words !== undefined && isBare(text) ? words(text.trim()) : text.trim();
    write(query);
    keepRan(language, query);
    onRun(query);
  };
  const correct = (near: string) => {
    if (problem !== null) write(draft.slice(0, problem.from) + near + draft.slice(problem.to));
    setFocused((n) => n + 1);
  };
  useKeys(slash ? [{ keys: '/', name: 'query:toLine', run: () => setFocused((n) => n + 1) }] : []);

  const field = {
    label: t('query:label'), placeholder: t(`query:placeholder.${language}`), describedBy: `${id}-says`, language, text: draft, version, wrong, phrases, focused,
    onText: type, onRun: () => run(), onPaste,
  };
  const plain = <Plain {...field} onFocused={(here) => setFocused(here ? 1 : 0)} />;
  return (
    <div className={styles.line} role="search" aria-label={t('query:label')}>
      <div className={problem === null ? styles.field : `${styles.field} ${styles.bad}`}>
        <Suspense fallback={plain}>{idle || focused > 0 ? <Editor {...field} /> : plain}</Suspense>
        <span className={styles.tools}>
          {draft !== '' && (
            <Tool label={t('query:clear')} icon={<X size={16} aria-hidden />} onClick={() => run('')} />
          )}
          <Tool label={t('query:help')} icon={<CircleHelp size={16} aria-hidden />} onClick={() => help(true)} />
        </span>
        <Button className={styles.run} variant={draft.trim() === value.trim() ? 'default' : 'filled'} leftSection={<Play size={14} aria-hidden />} onClick={() => run()}>
          {t('query:run')}
        </Button>
        {children}
      </div>
      <div id={`${id}-says`} className={styles.says} aria-live="polite">
        {problem !== null && (
          <span className={styles.problem}>
            {t('query:at', { word: draft.slice(problem.from, problem.to) })} {problem.text}
            {problem.near.slice(0, 3).map((near) => (
              <Button key={near} size="compact-xs" variant="default" ml={6} onClick={() => correct(near)}>
                {t('query:instead', { near })}
              </Button>
            ))}
          </span>
        )}
        {problem === null && slow.length > 0 && <span className="muted">{t('query:slow', { fields: slow.join(', ') })}</span>}
        {bare && draft !== value && <span className="muted">{t('query:bare')}</span>}
      </div>
      {helped && <QueryHelp language={language} path={path} onClose={() => help(false)} onTake={(text) => { write(text); help(false); }} />}
    </div>
  );
}

function Tool({ label, icon, onClick }: { label: string; icon: ReactNode; onClick: () => void }) {
  return (
    <button type="button" className={`plain tip ${styles.tool}`} aria-label={label} data-tip={label} onClick={onClick}>
      {icon}
    </button>
  );
}
