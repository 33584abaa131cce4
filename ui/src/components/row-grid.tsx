/** A long list of equal rows, of which those on screen are made; moved by keys and pointer alike. */

import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { settle } from "../alerts/settle";
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
  onOpen: (line: T) => void;
  onEnd: () => void;
  /** The cells of a line. */
  children: (line: T, now: number) => ReactNode;
}

export function RowGrid<T extends { id: string }>(props: RowGridProps<T>) {
  const { label, list, wish, rowHeights, isOpen, scroller, grid, onOpen, onEnd, children } = props;
  const now = useNow();
  const body = useRef<HTMLDivElement>(null);
  const narrow = useWidth(body) < NARROW_PX;
  const rowHeight = narrow ? rowHeights.narrow : rowHeights.wide;
  const [pointed, setPointed] = useState(false);
  const [released, setReleased] = useState(0);
  const before = useRef<{ wish: string; released: number; ids: readonly string[]; held: boolean }>(null);
  const last = before.current;
  const held = last?.wish === wish && last.released === released && last.held;
  const { lines, waiting } = settle(last?.ids ?? [], props.lines, held);
  const view = useViewport(scroller, body, rowHeight, lines.length, 0);
  const [active, setActive] = useState(-1);

  useEffect(() => {
    const ids = lines.map((line) => line.id);
    before.current = { wish, released, ids, held: pointed || view.scrolled };
  });
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
        <button type="button" className="new-rows" onClick={() => setReleased(released + 1)}>
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

/** One cell of a row. */
export function Cell({ name, title, children }: { name: string; title?: string; children?: ReactNode }) {
  return (
    <div role="gridcell" className={`cell ${name}`} title={title}>
      {children}
    </div>
  );
}
