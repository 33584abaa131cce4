/** A command to copy. */

import { useEffect, useState } from "react";
import { Icon } from "./glyph";

const SHOWN_MS = 1_500;

export function Copyable({ command }: { command: string }) {
  const [state, setState] = useState<"ready" | "copied" | "failed">("ready");
  useEffect(() => {
    if (state === "ready") return;
    const timer = setTimeout(() => setState("ready"), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(command);
      setState("copied");
    } catch {
      setState("failed");
    }
  };
  const word = { ready: "Copy", copied: "Copied", failed: "Select and copy" }[state];
  return (
    <div className="copyable">
      <code>{command}</code>
      <button type="button" className="button" onClick={() => void copy()} aria-label={`${word}: ${command}`}>
        <Icon name={state === "copied" ? "tick" : "copy"} size={14} />
        <span aria-live="polite">{word}</span>
      </button>
    </div>
  );
}
