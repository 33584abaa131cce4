/** What alerts, silences and notifications have in common as lists: filters, rows, what failed, how far they were read. */

import type { ReactNode } from "react";
import { HELD_MOST } from "../alerts/paging";
import { counted } from "../format/quantity";
import type { PagedList } from "../hooks/use-pages";
import type { ListPlace } from "./desk";
import { ProblemNotice } from "./notices";
import { RowGrid, type RowsProps } from "./row-grid";

interface DeskListProps<T> extends RowsProps<T> {
  place: ListPlace;
  /** What was read; the rows may be a choice of it, and have headings. */
  held: PagedList<unknown>;
  /** What one of them is called. */
  one: string;
  filters: ReactNode;
  onMore: () => void;
  onAgain: () => void;
  /** What stands in place of an empty list. */
  empty: ReactNode;
}

export function DeskList<T extends { id: string }>(props: DeskListProps<T>) {
  const { place, held, one, filters, onMore, onAgain, empty, ...rows } = props;
  const { items, next, ready, problem, resting } = held;
  const full = items.length >= HELD_MOST;
  return (
    <>
      <div className="filters">{filters}</div>
      {problem !== null && (
        <ProblemNotice problem={problem} onRetry={items.length > 0 && next !== null ? onMore : onAgain} />
      )}
      {ready && rows.lines.length === 0 && next === null && <div className="empty small">{empty}</div>}
      <RowGrid {...rows} scroller={place.scroller} grid={place.grid} release={place.release} />
      {ready && next !== null && (
        <footer className="foot">
          <p className="dim">
            {full
              ? `${counted(items.length, one)}; this page holds no more. Search for the others.`
              : resting
                ? `${counted(items.length, one)} so far.`
                : "Looking further back"}
          </p>
          {resting && !full && problem === null && (
            <button type="button" className="button" onClick={onMore}>
              Look further back
            </button>
          )}
        </footer>
      )}
    </>
  );
}

/** One of the choices above a list. */
export function Chip({
  pressed,
  onPress,
  children,
  ...marks
}: {
  pressed: boolean;
  onPress: () => void;
  children: ReactNode;
  "data-severity"?: string;
}) {
  return (
    <button type="button" className="chip" aria-pressed={pressed} onClick={onPress} {...marks}>
      {children}
    </button>
  );
}
