import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';

import { base } from './search';

const rest = 50; // milliseconds a pointer stays on a link before its page is fetched

const lightOf = (e: Event) => (e.target instanceof Element ? e.target.closest<HTMLAnchorElement>('a[data-light]') : null);

/** Opens light links within the console, and fetches what they lead to when a pointer or the focus rests on them. */
export function useLightLinks(): void {
  const router = useRouter();
  useEffect(() => {
    let timer = 0;
    const open = (e: MouseEvent) => {
      const link = lightOf(e);
      if (link === null || e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
      e.preventDefault();
      router.history.push(link.getAttribute('href') ?? base);
    };
    const meant = (e: Event) => {
      window.clearTimeout(timer);
      const path = lightOf(e)?.getAttribute('href')?.slice(base.length);
      if (path !== undefined) timer = window.setTimeout(() => void router.preloadRoute({ to: path as string }).catch(() => undefined), rest);
    };
    document.addEventListener('click', open);
    document.addEventListener('pointerover', meant, { passive: true });
    document.addEventListener('focusin', meant);
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener('click', open);
      document.removeEventListener('pointerover', meant);
      document.removeEventListener('focusin', meant);
    };
  }, [router]);
}
