/** A text as it stands once nobody types any more. */

import { useEffect, useState } from "react";

export function useSettledText(text: string, afterMs = 250): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    if (text === settled) return;
    const timer = setTimeout(() => setSettled(text), afterMs);
    return () => clearTimeout(timer);
  }, [text, settled, afterMs]);
  return settled;
}
