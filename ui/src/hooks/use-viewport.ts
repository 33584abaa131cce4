/** The rows of a list that its scrolling ancestor shows, and the list's own width. */

import { type RefObject, useCallback, useEffect, useLayoutEffect, useState } from "react";
import { mostRows, rowsBetween, type Span, scrollToShow } from "../fleet/viewport";

const SPARE_ROWS = 8;

export interface Viewport extends Span {
  /** The list's first row is above what is shown. */
  scrolled: boolean;
  /** At least as many as there are rows shown at any place of the list. */
  slots: number;
  reveal: (index: number) => void;
}

export function useViewport(
  scroller: RefObject<HTMLElement | null>,
  list: RefObject<HTMLElement | null>,
  rowHeight: number,
  count: number,
  headHeight: number,
): Viewport {
  const [span, setSpan] = useState({ first: 0, end: 40, scrolled: false, slots: 40 });

  const measure = useCallback(() => {
    const edges = edgesOf(scroller.current, list.current, headHeight);
    if (edges === null) return;
    const next = rowsBetween(edges.top, edges.bottom, rowHeight, count, SPARE_ROWS);
    const scrolled = edges.top > 0;
    const slots = mostRows(edges.bottom - edges.top, rowHeight, SPARE_ROWS);
    setSpan((now) =>
      now.first === next.first && now.end === next.end && now.scrolled === scrolled && now.slots === slots
        ? now
        : { ...next, scrolled, slots },
    );
  }, [scroller, list, rowHeight, count, headHeight]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    measure();
    element.addEventListener("scroll", measure, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", measure);
      observer.disconnect();
    };
  }, [scroller, measure]);

  const reveal = useCallback(
    (index: number) => {
      const edges = edgesOf(scroller.current, list.current, headHeight);
      if (edges === null) return;
      scroller.current?.scrollBy(0, scrollToShow(index, rowHeight, edges.top, edges.bottom));
    },
    [scroller, list, rowHeight, headHeight],
  );

  return { ...span, end: Math.min(span.end, count), reveal };
}

/** The element's width, rounded, as it changes. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(1024);
  useLayoutEffect(() => {
    if (element.current === null) return;
    setWidth(Math.round(element.current.getBoundingClientRect().width));
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.round(entry.contentRect.width));
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

// The shown part of the list as heights from the list's top; a sticky head covers the first of them.
function edgesOf(scroller: HTMLElement | null, list: HTMLElement | null, headHeight: number) {
  if (scroller === null || list === null) return null;
  const outer = scroller.getBoundingClientRect();
  const listTop = list.getBoundingClientRect().top;
  return { top: outer.top + headHeight - listTop, bottom: outer.bottom - listTop };
}
