/** A panel beside the list: takes the keyboard when it opens, closes by its button or Escape. */

import { type ReactNode, useEffect, useRef } from "react";
import { closePanel } from "../hooks/use-route";
import { Icon } from "./glyph";
import "../styles/panel.css";

/** Another `of` takes the keyboard again. */
export function PanelFrame({
  label,
  of = label,
  children,
}: {
  label: string;
  of?: string;
  children: ReactNode;
}) {
  const panel = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another subject takes the keyboard again
  useEffect(() => panel.current?.focus(), [of]);
  return (
    <aside ref={panel} className="panel" aria-label={label} tabIndex={-1}>
      <button type="button" className="panel-close icon-button" onClick={closePanel} title="Close (Esc)">
        <Icon name="close" />
        <span className="hidden">Close</span>
      </button>
      {children}
    </aside>
  );
}
