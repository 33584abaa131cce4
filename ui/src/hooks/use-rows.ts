/** The rows to show now, from the ones shown before. */

import { useEffect, useMemo, useRef } from "react";
import type { Snapshot } from "../fleet/controller";
import { compile, type Filter } from "../fleet/filter";
import { arrange, NO_ROWS, type Rows } from "../fleet/rows";

/** Raise `release` to have the rows set out anew although they are held. */
export function useRows(snapshot: Snapshot, filter: Filter, held: boolean, release: number): Rows {
  const { agents, version } = snapshot;
  const before = useRef(NO_ROWS);
  const matches = useMemo(() => compile(filter), [filter]);
  const wish = `${[...filter.verdicts].join()}|${filter.text.trim()}|${release}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` says that `agents` changed
  const rows = useMemo(
    () => arrange(before.current, agents, matches, wish, held),
    [agents, version, matches, wish, held],
  );
  useEffect(() => {
    before.current = rows;
  }, [rows]);
  return rows;
}
