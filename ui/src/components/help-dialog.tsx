/** The keys, in a dialog of the browser's own. */

import { useEffect, useRef } from "react";

const KEYS: readonly [string, string][] = [
  ["/", "Search"],
  ["j or ↓, k or ↑", "Next or previous agent"],
  ["Home, End, Page Up, Page Down", "Far along the list"],
  ["Enter", "Open the agent"],
  ["Esc", "Close the agent or finding, clear the search"],
  ["n", "Show new agents and sort again"],
  ["p", "Pause, go on"],
  ["t", "Theme: system, light, dark"],
  ["?", "These keys"],
];

export function HelpDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
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
