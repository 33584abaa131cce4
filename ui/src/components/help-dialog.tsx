/** The keys, in a dialog of the browser's own; loaded when it is first asked for. */

import { useEffect, useRef } from "react";

const KEYS: readonly [string, string][] = [
  ["/", "Search"],
  ["j or ↓, k or ↑", "Next or previous line"],
  ["Home, End, Page Up, Page Down", "Far along the list"],
  ["Enter", "Open it"],
  ["Esc", "Close what is open, clear the search"],
  ["n", "Show new agents and sort again"],
  ["p", "Pause, go on"],
  ["t", "Theme: system, light, dark"],
  ["?", "These keys"],
];

export default function HelpDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">Keys</h2>
      <dl>
        {KEYS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" className="button">
          Close
        </button>
      </form>
    </dialog>
  );
}
