/** Which rows of a long list are on screen, and how far to scroll to bring one there. */

export interface Span {
  first: number;
  /** One past the last. */
  end: number;
}

/** No more rows than this are ever shown at once between heights so far apart. */
export function mostRows(height: number, rowHeight: number, spare: number): number {
  return Math.ceil(height / rowHeight) + 1 + 2 * spare;
}

/** The rows between two heights measured from the list's top, and a few more on either side. */
export function rowsBetween(
  top: number,
  bottom: number,
  rowHeight: number,
  count: number,
  spare: number,
): Span {
  const first = Math.max(0, Math.min(count, Math.floor(top / rowHeight) - spare));
  const end = Math.max(first, Math.min(count, Math.ceil(bottom / rowHeight) + spare));
  return { first, end };
}

/** By how much to scroll so that row `index` lies between two heights measured from the list's top. */
export function scrollToShow(index: number, rowHeight: number, top: number, bottom: number): number {
  const rowTop = index * rowHeight;
  if (rowTop < top) return rowTop - top;
  if (rowTop + rowHeight > bottom) return rowTop + rowHeight - bottom;
  return 0;
}

/** Where a key moves to from row `from`; null for a key that does not move. */
export function movedTo(key: string, from: number, count: number, page: number): number | null {
  const last = count - 1;
  switch (key) {
    case "ArrowDown":
    case "j":
      return Math.min(last, from + 1);
    case "ArrowUp":
    case "k":
      return Math.max(0, from - 1);
    case "PageDown":
      return Math.min(last, from + page);
    case "PageUp":
      return Math.max(0, from - page);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}
