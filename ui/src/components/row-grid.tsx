/** A long list of equal rows, of which those on screen are made; moved by keys and pointer alike. */

import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { type Settled, settle } from "../alerts/settle";
import { movedTo } from "../fleet/viewport";
import { useNow } from "../hooks/use-fleet";
import { useViewport, useWidth } from "../hooks/use-viewport";

const NARROW_PX = 640;
/** More is asked for when so few rows are left below. */
const AHEAD = 20;

interface RowGridProps<T> {
  label: string;
  /** Names its columns to the style. */
  list: string;
  lines: readonly T[];
  /** What is asked for: another list begins at its own beginning. */
  wish: string;
  rowHeights: { wide: number; narrow: number };
  isOpen: (line: T) => boolean;
  scroller: RefObject<HTMLElement | null>;
  grid: RefObject<HTMLDivElement | null>;
  /** Raised when somebody wants to see what waits. */
  release: number;
  onOpen: (line: T) => void;
  onEnd: () => void;
  /** The cells of a line. */
  children: (line: T, now: number) => ReactNode;
}

export function RowGrid<T extends { id: string }>(props: RowGridProps<T>) {
  const { label, list, wish, rowHeights, isOpen, scroller, grid, release, onOpen, onEnd, children } = props;
  const now = useNow();
  const body = useRef<HTMLDivElement>(null);
  const narrow = useWidth(body) < NARROW_PX;
  const rowHeight = narrow ? rowHeights.narrow : rowHeights.wide;
  const [pointed, setPointed] = useState(false);
  const [pressed, setPressed] = useState(0);
  const released = pressed + release;
  const [held, setHeld] = useState(false);
  const { lines, waiting } = useSettled(props.lines, `${released} ${wish}`, held);
  const view = useViewport(scroller, body, rowHeight, lines.length, 0);
  const [active, setActive] = useState(-1);

  useEffect(() => setHeld(pointed || view.scrolled), [pointed, view.scrolled]);
  useEffect(() => {
    if (view.end + AHEAD >= lines.length) onEnd();
  }, [view.end, lines.length, onEnd]);

  const shown = lines.slice(view.first, view.end);
  const move = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const to = movedTo(event.key, active, lines.length, Math.max(1, shown.length - 16));
    const line = lines[active];
    if (to !== null && to >= 0) {
      setActive(to);
      view.reveal(to);
    } else if (event.key === "Enter" && line !== undefined) onOpen(line);
    else return;
    event.preventDefault();
  };

  return (
    <div
      className="rows"
      data-list={list}
      data-narrow={narrow}
      onPointerEnter={(event) => event.pointerType !== "touch" && setPointed(true)}
      onPointerLeave={() => setPointed(false)}
    >
      {waiting > 0 && (
        <button
          type="button"
          className="new-rows"
          title="Show them (n)"
          onClick={() => setPressed(pressed + 1)}
        >
          {waiting} new
        </button>
      )}
      <div
        ref={grid}
        role="grid"
        className="grid"
        aria-label={label}
        aria-rowcount={lines.length}
        aria-activedescendant={
          active >= view.first && active < view.first + shown.length ? `${list}-row-${active}` : undefined
        }
        tabIndex={0}
        onKeyDown={move}
        onFocus={(event) => event.target === event.currentTarget && setActive(Math.max(0, active))}
      >
        <div ref={body} role="rowgroup" className="body" style={{ height: lines.length * rowHeight }}>
          {shown.map((line, offset) => {
            const index = view.first + offset;
            return (
              <div
                key={line.id}
                role="row"
                id={`${list}-row-${index}`}
                className="row"
                aria-rowindex={index + 1}
                aria-selected={isOpen(line)}
                data-active={index === active}
                style={{ height: rowHeight, transform: `translateY(${index * rowHeight}px)` }}
                onClick={(event) => {
                  const apart = (event.target as HTMLElement).closest("a, button");
                  if (apart !== null || getSelection()?.type === "Range") return;
                  setActive(index);
                  onOpen(line);
                }}
              >
                {children(line, now)}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** The lines to show now, from the ones shown before; another wish shows all. Long lists are looked through once a change. */
function useSettled<T extends { id: string }>(now: readonly T[], wish: string, held: boolean): Settled<T> {
  const before = useRef<{ now: readonly T[]; wish: string; settled: Settled<T> }>(null);
  const last = before.current;
  const same = last !== null && last.wish === wish;
  const settled =
    same && last.now === now && (held || last.settled.lines === now)
      ? last.settled
      : settle(same && held ? last.settled.lines.map((line) => line.id) : [], now, same && held);
  useEffect(() => {
    before.current = { now, wish, settled };
  });
  return settled;
}

/** One cell of a row. */
export function Cell({ name, title, children }: { name: string; title?: string; children?: ReactNode }) {
  return (
    <div role="gridcell" className={`cell ${name}`} title={title}>
      {children}
    </div>
  );
}
