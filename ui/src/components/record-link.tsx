/** The raw record behind a piece of evidence: in a tab of its own, or below where only this page has the token to read it. */

import { useState } from "react";
import { asApiError, recordUrl, request } from "../api/client";
import { heldToken } from "../api/token";

export function RecordLink({ record }: { record: string }) {
  const [shown, setShown] = useState<string | null>(null);
  const words = (
    <>
      record <span className="mono">{record}</span>
    </>
  );
  if (heldToken() === null)
    return (
      <a href={recordUrl(record)} target="_blank" rel="noreferrer">
        {words}
      </a>
    );
  const read = () => {
    if (shown !== null) return setShown(null);
    request<unknown>(recordUrl(record), {}).then(
      (found) => setShown(JSON.stringify(found, null, 2)),
      (thrown) => setShown(asApiError(thrown).message),
    );
  };
  return (
    <>
      <button type="button" className="link" aria-expanded={shown !== null} onClick={read}>
        {words}
      </button>
      {shown !== null && <pre className="raw-record">{shown}</pre>}
    </>
  );
}
