/** A silence to be made or changed: whom it is for, for how long, and why. The server's refusals stand at the field. */

import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { silenceHash } from "../alerts/address";
import { type Draft, type Field, refusalOf, SPANS, wantedOf } from "../alerts/silence";
import { changeSilence, silence } from "../api/alert-actions";
import { asApiError } from "../api/client";
import type { Silence } from "../api/types";
import { counted } from "../format/quantity";
import { exactTime, listTime } from "../format/time";
import { mayChange, useAccess } from "../hooks/use-access";
import { rememberAuthor, useDraft, usePreview } from "../hooks/use-draft";
import { useNow } from "../hooks/use-fleet";
import { closePanel } from "../hooks/use-route";
import { HeldAlerts } from "./held-alerts";
import { LooksOnly } from "./looks-only";
import { MatcherFields } from "./matcher-fields";
import { PanelFrame } from "./panel-frame";

interface Refusal {
  field: Field | null;
  words: string;
}

export function SilenceForm({ from }: { from: URLSearchParams }) {
  const now = useNow();
  const access = useAccess();
  const [{ draft, before, ready, problem: missing }, change] = useDraft(from);
  const { preview, refused } = usePreview(draft);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  // What was refused takes the keyboard, once; what is not right while somebody types takes it from nobody.
  useEffect(() => {
    if (refusal !== null) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [refusal]);
  const set = (part: Partial<Draft>) => {
    setRefusal(null);
    change(part);
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    rememberAuthor(draft.author.trim());
    (before === null ? silence(wantedOf(draft)) : changeSilence(before.id, wantedOf(draft)))
      .then(
        (made) => {
          location.hash = silenceHash(made.id);
        },
        (thrown) => setRefusal(refusalOf(asApiError(thrown))),
      )
      .finally(() => setBusy(false));
  };
  const at = (field: Field) => (refusal?.field === field ? refusal.words : null);
  const words = from.has("change") ? "Change silence" : "New silence";
  return (
    <PanelFrame label={words}>
      <header className="panel-head">
        <h2>{words}</h2>
        <p className="dim">Alerts that match stay in the lists and are told to nobody.</p>
        {draft.namespace !== null && (
          <p className="dim">
            It is for the namespace <strong>{draft.namespace}</strong> alone.
          </p>
        )}
      </header>
      {missing !== null && (
        <p className="refused" role="alert">
          It could not be filled in: {missing}
        </p>
      )}
      {!mayChange(access) && <LooksOnly />}
      <form
        ref={form}
        className="silence-form"
        hidden={!ready}
        onSubmit={send}
        onKeyDown={leaveField}
        noValidate
      >
        <MatcherFields matchers={draft.matchers} refused={at("matchers") ?? refused} onChange={set} />
        <div className="preview" aria-live="polite">
          {preview !== null && (
            <>
              <p>
                Holds back <strong>{counted(preview.count, "alert")}</strong> now
              </p>
              {preview.count > 0 && <HeldAlerts preview={preview} now={now} />}
            </>
          )}
        </div>
        <Spans draft={draft} before={before} refused={at("ends_at")} onChange={set} />
        <TextField
          words="From"
          hint={
            before === null ? "now; or 30m, 2026-05-05T02:00Z" : `as it is, ${exactTime(before.starts_at)}`
          }
          value={draft.starts}
          refused={at("starts_at")}
          onChange={(starts) => set({ starts })}
        />
        <Purposes draft={draft} onChange={set} />
        <TextField
          words="Why"
          hint="Whoever reads it later wants to know"
          value={draft.comment}
          refused={at("comment")}
          onChange={(comment) => set({ comment })}
        />
        <TextField
          words="Your name"
          hint={access?.token ?? "local"}
          value={draft.author}
          refused={at("author")}
          onChange={(author) => set({ author })}
        />
        {refusal !== null &&
          !["matchers", "starts_at", "ends_at", "comment", "author"].includes(refusal.field ?? "") && (
            <p className="refused" role="alert">
              {refusal.words}
            </p>
          )}
        <div className="buttons">
          <button type="submit" className="button primary" disabled={busy || !mayChange(access)}>
            {before !== null ? "Save" : draft.purpose === "maintenance" ? "Plan maintenance" : "Silence"}
          </button>
          <button
            type="button"
            className="button"
            onClick={() => {
              if (before === null) closePanel();
              else location.hash = silenceHash(before.id);
            }}
          >
            Cancel
          </button>
        </div>
      </form>
    </PanelFrame>
  );
}

/** Escape leaves the field first; what was typed is not lost to one key. */
function leaveField(event: KeyboardEvent): void {
  if (event.key !== "Escape" || !(event.target instanceof HTMLInputElement)) return;
  event.preventDefault();
  event.target.blur();
}

interface TextFieldProps {
  words: string;
  hint: string;
  value: string;
  refused: string | null;
  onChange: (value: string) => void;
}

function TextField({ words, hint, value, refused, onChange }: TextFieldProps) {
  const id = `silence-${words.replaceAll(" ", "-").toLowerCase()}`;
  return (
    <div className="field">
      <label htmlFor={id}>{words}</label>
      <input
        id={id}
        type="text"
        className="entry"
        value={value}
        placeholder={hint}
        autoComplete="off"
        aria-invalid={refused !== null}
        aria-describedby={refused === null ? undefined : `${id}-refused`}
        onChange={(event) => onChange(event.target.value)}
      />
      {refused !== null && (
        <p id={`${id}-refused`} className="refused" role="alert">
          {refused}
        </p>
      )}
    </div>
  );
}

interface PartProps {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

interface SpansProps extends PartProps {
  before: Silence | null;
  refused: string | null;
}

function Spans({ draft, before, refused, onChange }: SpansProps) {
  const now = useNow();
  const [own, setOwn] = useState(false);
  const choices = [
    ...(before === null
      ? []
      : [[before.ends_at, `Until ${listTime(before.ends_at, now)}, as it is`] as const]),
    ...SPANS,
    ["", "Other"] as const,
  ];
  const chosen = own ? "" : draft.ends;
  return (
    <fieldset className="field">
      <legend>{before?.state === "active" ? "For how long from now on" : "For how long"}</legend>
      <div className="choices">
        {choices.map(([span, words]) => (
          <label key={span} className="choice">
            <input
              type="radio"
              name="span"
              checked={chosen === span}
              onChange={() => {
                setOwn(span === "");
                onChange({ ends: span });
              }}
            />
            {words}
          </label>
        ))}
      </div>
      {own && (
        <input
          type="text"
          className="entry"
          aria-label="How long, or until when"
          value={draft.ends}
          placeholder="90m, 3d, or until 2026-05-05T06:00Z"
          aria-invalid={refused !== null}
          aria-describedby={refused === null ? undefined : "silence-ends-refused"}
          onChange={(event) => onChange({ ends: event.target.value })}
        />
      )}
      {refused !== null && (
        <p id="silence-ends-refused" className="refused" role="alert">
          {refused}
        </p>
      )}
    </fieldset>
  );
}

const PURPOSES = [
  ["silence", "Somebody knows", "it is being looked at"],
  ["maintenance", "Maintenance", "planned work, which counts against nobody"],
] as const;

function Purposes({ draft, onChange }: PartProps) {
  return (
    <fieldset className="field">
      <legend>What for</legend>
      {PURPOSES.map(([purpose, words, meaning]) => (
        <label key={purpose} className="choice">
          <input
            type="radio"
            name="purpose"
            checked={draft.purpose === purpose}
            onChange={() => onChange({ purpose })}
          />
          <span>
            {words} <span className="dim">{meaning}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
