/** The list of agents: a window of rows onto a long list, moved by keys and pointer alike. */

import { type KeyboardEvent, type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { type AgentKey, nameOf } from "../fleet/agent-key";
import type { AgentCollection } from "../fleet/collection";
import { movedTo } from "../fleet/viewport";
import { useFleet, useNow } from "../hooks/use-fleet";
import { openAgent } from "../hooks/use-route";
import { useViewport, useWidth } from "../hooks/use-viewport";
import { AgentRow } from "./agent-row";

const WIDE_PX = 1_040;
const MEDIUM_PX = 640;
const HEAD_HEIGHT = 28;
const ROW_HEIGHT = 28;
const TALL_ROW_HEIGHT = 52;

const COLUMNS: readonly [string, string][] = [
  ["verdict", "Verdict"],
  ["agent", "Agent"],
  ["kind", "Kind"],
  ["evidence", "Strongest evidence"],
  ["age", "Age"],
  ["since", "For"],
  ["where", "Where"],
  ["memory", "Memory"],
  ["cpu", "CPU"],
  ["fds", "Files"],
];

interface AgentTableProps {
  keys: readonly AgentKey[];
  agents: AgentCollection;
  waiting: number;
  openKey: AgentKey | null;
  scroller: RefObject<HTMLElement | null>;
  grid: RefObject<HTMLDivElement | null>;
  onHeld: (held: boolean) => void;
  onShowNew: () => void;
}

export function AgentTable(props: AgentTableProps) {
  const { keys, agents, waiting, openKey, scroller, grid, onHeld, onShowNew } = props;
  const fleet = useFleet();
  const now = useNow();
  const body = useRef<HTMLDivElement>(null);
  const width = useWidth(body);
  const layout = width >= WIDE_PX ? "wide" : width >= MEDIUM_PX ? "medium" : "narrow";
  const rowHeight = layout === "narrow" ? TALL_ROW_HEIGHT : ROW_HEIGHT;
  const headHeight = layout === "narrow" ? 0 : HEAD_HEIGHT;
  const view = useViewport(scroller, body, rowHeight, keys.length, headHeight);
  const [active, setActive] = useState<AgentKey | null>(null);
  const [pointed, setPointed] = useState(false);

  const held = pointed || view.scrolled;
  useEffect(() => onHeld(held), [onHeld, held]);

  const shown = keys.slice(view.first, view.end);
  useEffect(() => fleet.watch(openKey === null ? shown : [openKey, ...shown]));

  const activeIndex = active === null ? -1 : keys.indexOf(active);
  const open = useCallback(
    (index: number) => {
      const key = keys[index];
      if (key === undefined) return;
      setActive(key);
      openAgent(nameOf(key));
    },
    [keys],
  );
  const move = (event: KeyboardEvent) => {
    const to = movedTo(event.key, activeIndex, keys.length, Math.max(1, view.end - view.first - 20));
    if (to !== null && keys[to] !== undefined) {
      setActive(keys[to]);
      view.reveal(to);
    } else if (event.key === "Enter" && activeIndex >= 0) open(activeIndex);
    else return;
    event.preventDefault();
  };

  return (
    <div
      className="table"
      data-layout={layout}
      onPointerEnter={(event) => event.pointerType !== "touch" && setPointed(true)}
      onPointerLeave={() => setPointed(false)}
    >
      {waiting > 0 && (
        <button type="button" className="new-rows" title="Show and sort again (n)" onClick={onShowNew}>
          {waiting} new
        </button>
      )}
      <div
        ref={grid}
        role="grid"
        className="grid"
        aria-label="Agents"
        aria-rowcount={keys.length + 1}
        aria-activedescendant={
          activeIndex >= view.first && activeIndex < view.end ? rowId(activeIndex) : undefined
        }
        tabIndex={0}
        onKeyDown={move}
        onFocus={() => active === null && setActive(keys[0] ?? null)}
      >
        <div role="row" className="head" aria-rowindex={1} tabIndex={-1}>
          {COLUMNS.map(([name, word]) => (
            <div key={name} role="columnheader" className={`cell ${name}`} tabIndex={-1}>
              {word}
            </div>
          ))}
        </div>
        <div ref={body} role="rowgroup" className="body" style={{ height: keys.length * rowHeight }}>
          {shown.map((key, offset) => {
            const agent = agents.get(key);
            const index = view.first + offset;
            return (
              agent !== undefined && (
                <AgentRow
                  key={key}
                  agent={agent}
                  index={index}
                  id={rowId(index)}
                  top={index * rowHeight}
                  now={now}
                  active={index === activeIndex}
                  open={key === openKey}
                  onOpen={open}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

function rowId(index: number): string {
  return `agent-row-${index}`;
}
