/** A long list of equal rows, of which those on screen are made; moved by keys and pointer alike. */

import { type KeyboardEvent, memo, type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { type Settled, settle } from "../alerts/settle";
import { movedTo } from "../fleet/viewport";
import { useNow } from "../hooks/use-fleet";
import { useViewport, useWidth } from "../hooks/use-viewport";

const NARROW_PX = 640;
/** More is asked for when so few rows are left below. */
const AHEAD = 20;

/** What the rows are of; the same line is given as the same object as long as nothing of it changed. */
export interface RowsProps<T> {
  /** Names its columns to the style, and the rows to the keyboard. */
  list: string;
  lines: readonly T[];
  /** What is asked for: another list begins at its own beginning. */
  wish: string;
  /** Narrow is what is below 640 px, or below what is said. */
  rowHeights: { wide: number; narrow: number; below?: number };
  isOpen: (line: T) => boolean;
  /** It is a heading among the rows. */
  isHead?: (line: T) => boolean;
  onOpen: (line: T) => void;
  onEnd: () => void;
  /** The cells of a line. */
  children: (line: T, now: number) => ReactNode;
}

interface RowGridProps<T> extends RowsProps<T> {
  scroller: RefObject<HTMLElement | null>;
  grid: RefObject<HTMLDivElement | null>;
  /** Raised when somebody wants to see what waits. */
  release: number;
}

export function RowGrid<T extends { id: string }>(props: RowGridProps<T>) {
  const { list, wish, rowHeights, isOpen, isHead, scroller, grid, release, onOpen, onEnd, children } = props;
  // A row is made anew when its words may have changed, not when others come into sight.
  const now = Math.floor(useNow() / 1_000) * 1_000;
  const body = useRef<HTMLDivElement>(null);
  const narrow = useWidth(body) < (rowHeights.below ?? NARROW_PX);
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
        aria-label={list.charAt(0).toUpperCase() + list.slice(1)}
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
              <Row
                // A row that leaves makes room for one that comes: its elements are used again.
                key={index % view.slots}
                line={line}
                index={index}
                list={list}
                height={rowHeight}
                now={now}
                active={index === active}
                open={isOpen(line)}
                head={isHead?.(line) ?? false}
                onActive={setActive}
                onOpen={onOpen}
                cells={children}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface RowProps<T> {
  line: T;
  index: number;
  list: string;
  height: number;
  now: number;
  active: boolean;
  open: boolean;
  head: boolean;
  onActive: (index: number) => void;
  onOpen: (line: T) => void;
  cells: (line: T, now: number) => ReactNode;
}

const Row = memo(function Row<T extends { id: string }>(props: RowProps<T>) {
  const { line, index, list, height, now, active, open, head, onActive, onOpen, cells } = props;
  const row = useRef<HTMLDivElement>(null);
  // What had the keyboard is gone: Enter must not reach what stands in its place.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another line is another row
  useEffect(() => {
    if (row.current?.contains(document.activeElement))
      row.current.closest<HTMLElement>(".grid")?.focus({ preventScroll: true });
  }, [line.id]);
  return (
    <div
      ref={row}
      role="row"
      id={`${list}-row-${index}`}
      className={head ? "row group" : "row"}
      aria-rowindex={index + 1}
      aria-selected={open}
      data-active={active}
      style={{ height, top: index * height }}
      onClick={(event) => {
        const apart = (event.target as HTMLElement).closest("a, button");
        if (apart !== null || getSelection()?.type === "Range") return;
        onActive(index);
        onOpen(line);
      }}
    >
      {cells(line, now)}
    </div>
  );
}) as <T extends { id: string }>(props: RowProps<T>) => ReactNode;

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
