import { useEffect, useState, type RefObject } from 'react';

/** The rows of a long list that are drawn: from one to before another, and the room of the others in pixels. */
export interface Sight {
  from: number;
  to: number;
  above: number;
  below: number;
}

const around = 8; // rows that are drawn beyond what is seen, so that scrolling meets them ready

/** Which of `count` rows of one height are in sight, at a scroll position and in a frame of a height. */
export function sightOf(count: number, height: number, top: number, room: number): Sight {
  const first = Math.min(Math.floor(top / height), Math.max(0, count - Math.ceil(room / height)));
  const from = Math.max(0, first - around);
  const to = Math.min(count, first + Math.ceil(room / height) + around);
  return { from, to, above: from * height, below: (count - to) * height };
}

/** The rows in sight of a list of rows of one height that scrolls in a frame. Whole blocks of rows are exchanged, so that few scrolls draw. */
export function useSight(frame: RefObject<HTMLElement | null>, count: number, height: number): Sight {
  const [{ top, room }, see] = useState({ top: 0, room: 900 });
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const block = (around / 2) * height;
    const look = () => {
      const next = { top: Math.floor(element.scrollTop / block) * block, room: element.clientHeight + block };
      see((now) => (now.top === next.top && now.room === next.room ? now : next));
    };
    look();
    const size = new ResizeObserver(look);
    size.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      size.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [frame, height]);
  return sightOf(count, height, top, room);
}
