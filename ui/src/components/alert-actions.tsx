/** What can be done about an alert: take it in hand, or silence it for a while; both with a word of why. */

import { useRef, useState } from "react";
import { newSilenceHash } from "../alerts/address";
import { matchersOf } from "../alerts/held-back";
import { acknowledge, expireSilence, giveBack, silence } from "../api/alert-actions";
import { type ApiError, asApiError } from "../api/client";
import type { Alert } from "../api/types";
import { exactTime } from "../format/time";
import { mayChange, useAccess } from "../hooks/use-access";
import { LooksOnly } from "./looks-only";

const SPANS = [
  ["1h", "1 h"],
  ["4h", "4 h"],
  ["24h", "1 day"],
  ["168h", "1 week"],
] as const;

export function AlertActions({ alert, onDone }: { alert: Alert; onDone: () => void }) {
  const [comment, setComment] = useState("");
  const [span, setSpan] = useState("1h");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);

  const [asked, setAsked] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  /** What others will read of it is asked for before anything is sent. */
  const actWithComment = (what: (comment: string) => Promise<unknown>) => {
    const said = comment.trim();
    setAsked(said === "");
    if (said === "") field.current?.focus();
    else act(() => what(said));
  };
  const act = (what: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    what()
      .then(
        () => setComment(""),
        (thrown) => setProblem(asApiError(thrown)),
      )
      .finally(() => {
        setBusy(false);
        onDone();
      });
  };

  const inHand = alert.acknowledged;
  const may = mayChange(useAccess());
  return (
    <section className="actions" aria-label="What to do">
      {inHand !== null && (
        <p>
          <strong>{inHand.by}</strong> has it in hand
          {inHand.comment !== "" && <>: {inHand.comment}</>}{" "}
          <span className="dim" title={exactTime(inHand.at)}>
            {inHand.until === null ? "until it is over" : `until ${exactTime(inHand.until)}`}
          </span>
        </p>
      )}
      {may ? (
        <>
          <label>
            <span className="hidden">Comment</span>
            <input
              ref={field}
              type="text"
              className="entry"
              aria-invalid={asked}
              aria-describedby={asked ? "alert-comment-refused" : undefined}
              value={comment}
              placeholder="What is being done about it"
              maxLength={1000}
              onChange={(event) => {
                setAsked(false);
                setComment(event.target.value);
              }}
            />
          </label>
          {asked && (
            <p id="alert-comment-refused" className="refused" role="alert">
              Say in a few words what is being done: others read it.
            </p>
          )}
          <div className="buttons">
            {inHand === null ? (
              <button
                type="button"
                className="button"
                disabled={busy}
                onClick={() => actWithComment((said) => acknowledge(alert.id, said))}
              >
                Acknowledge
              </button>
            ) : (
              <button
                type="button"
                className="button"
                disabled={busy}
                onClick={() => act(() => giveBack(alert.id))}
              >
                Give back
              </button>
            )}
            {alert.silenced_by.length === 0 ? (
              <span className="with-span">
                <button
                  type="button"
                  className="button"
                  disabled={busy}
                  onClick={() =>
                    actWithComment((said) =>
                      silence({ matchers: matchersOf(alert), ends_at: span, comment: said }),
                    )
                  }
                >
                  Silence for
                </button>
                <label>
                  <span className="hidden">How long</span>
                  <select className="entry" value={span} onChange={(event) => setSpan(event.target.value)}>
                    {SPANS.map(([value, words]) => (
                      <option key={value} value={value}>
                        {words}
                      </option>
                    ))}
                  </select>
                </label>
              </span>
            ) : (
              <button
                type="button"
                className="button"
                disabled={busy}
                onClick={() => act(() => Promise.all(alert.silenced_by.map(expireSilence)))}
              >
                End the silence
              </button>
            )}
          </div>
          {alert.silenced_by.length === 0 && (
            <a href={newSilenceHash({ alert: alert.id })}>Silence more, or for another time</a>
          )}
        </>
      ) : (
        <LooksOnly />
      )}
      {problem !== null && (
        <p className="refused" role="alert">
          {problem.title}. {problem.message}
        </p>
      )}
    </section>
  );
}
