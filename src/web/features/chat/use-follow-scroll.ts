import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';

/** So near the end counts as at the end, in CSS pixels. */
const NEAR_PX = 48;

const isNearEnd = (box: HTMLElement): boolean =>
  box.scrollHeight - box.scrollTop - box.clientHeight <= NEAR_PX;

export interface FollowScroll {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  /** The visitor scrolled away: new text must not move what is being read. */
  readonly detached: boolean;
  readonly toEnd: () => void;
}

/** Where each conversation was left in this visit; absent means at its end. */
const leftAt = new Map<string, number>();

/** Keeps the end in view while the content grows, until the visitor scrolls up. */
export function useFollowScroll(conversation: string | null): FollowScroll {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const attached = useRef(true);
  const [detached, setDetached] = useState(false);

  const setAttached = useCallback((next: boolean) => {
    attached.current = next;
    setDetached(!next);
  }, []);

  const toEnd = useCallback(() => {
    setAttached(true);
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [setAttached]);

  useEffect(() => {
    const element = box.current;
    const inner = content.current;
    if (element === null || inner === null) return;
    let lastTop = element.scrollTop;
    const keepEnd = () => {
      if (attached.current) element.scrollTop = element.scrollHeight;
    };
    const growth = new ResizeObserver(keepEnd);
    growth.observe(inner);
    growth.observe(element);

    const detach = () => {
      if (element.scrollHeight > element.clientHeight) setAttached(false);
    };
    const onScroll = () => {
      const up = element.scrollTop < lastTop;
      lastTop = element.scrollTop;
      if (isNearEnd(element)) {
        if (!up) setAttached(true);
      } else if (up) setAttached(false);
    };
    const onWheel = (event: WheelEvent) => {
      if (event.deltaY < 0) detach();
    };
    const onKey = (event: KeyboardEvent) => {
      const leaves = ['PageUp', 'Home', 'ArrowUp'].includes(event.key);
      if (leaves && event.target === element) detach();
    };
    const listening = new AbortController();
    const options = { passive: true, signal: listening.signal };
    element.addEventListener('scroll', onScroll, options);
    element.addEventListener('wheel', onWheel, options);
    element.addEventListener('touchmove', detach, options);
    element.addEventListener('keydown', onKey, options);
    return () => {
      growth.disconnect();
      listening.abort();
    };
  }, [setAttached]);

  useEffect(() => {
    const element = box.current;
    if (element === null || conversation === null) return;
    const top = leftAt.get(conversation);
    setAttached(top === undefined);
    element.scrollTop = top ?? element.scrollHeight;
    return () => {
      if (attached.current) leftAt.delete(conversation);
      else leftAt.set(conversation, element.scrollTop);
    };
  }, [conversation, setAttached]);

  return { box, content, detached, toEnd };
}
