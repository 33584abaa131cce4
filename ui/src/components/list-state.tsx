/** Around a list that is read page by page: what failed, how far it was read, what there is when there is nothing. */

import type { ReactNode } from "react";
import { HELD_MOST } from "../alerts/paging";
import { counted } from "../format/quantity";
import type { PagedList } from "../hooks/use-pages";
import { ProblemNotice } from "./notices";

interface ListStateProps {
  list: PagedList<unknown>;
  /** What one of them is called. */
  one: string;
  onMore: () => void;
  onAgain: () => void;
  /** What stands in place of an empty list. */
  empty: ReactNode;
  children: ReactNode;
}

export function ListState({ list, one, onMore, onAgain, empty, children }: ListStateProps) {
  const { items, next, ready, problem, resting } = list;
  const full = items.length >= HELD_MOST;
  return (
    <>
      {problem !== null && (
        <ProblemNotice problem={problem} onRetry={items.length > 0 && next !== null ? onMore : onAgain} />
      )}
      {ready && items.length === 0 && next === null && empty}
      {children}
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
