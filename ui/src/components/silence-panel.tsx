/** One silence, beside the list: what it holds back, until when; or a new one. Loaded when the first is opened. */

import { useEffect, useState } from "react";
import { newSilenceHash } from "../alerts/address";
import { STATE_WORDS, stateAt, until, whenOf } from "../alerts/silence";
import { expireSilence, oneSilence, previewSilence } from "../api/alert-actions";
import { type ApiError, asApiError } from "../api/client";
import type { Silence, SilencePreview } from "../api/types";
import { asSentence } from "../fleet/sentence";
import { counted } from "../format/quantity";
import { exactTime } from "../format/time";
import { mayChange, useAccess } from "../hooks/use-access";
import { useNow, useSnapshot } from "../hooks/use-fleet";
import "../styles/alerting.css";
import "../styles/severity-head.css";
import { Facts } from "./facts";
import { Icon } from "./glyph";
import { HeldAlerts } from "./held-alerts";
import { LooksOnly } from "./looks-only";
import { PanelFrame } from "./panel-frame";
import { SilenceForm } from "./silence-form";

export default function SilencePanel({ id }: { id: string }) {
  const made = /^new(\?.*)?$/.exec(id);
  return made === null ? (
    <Known id={id} />
  ) : (
    <SilenceForm key={id} from={new URLSearchParams(made[1] ?? "")} />
  );
}

function Known({ id }: { id: string }) {
  const { alerts } = useSnapshot();
  const [ended, setEnded] = useState(0);
  const [held, setHeld] = useState<{ silence: Silence; preview: SilencePreview | null } | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);
  // Who is silenced changes with the alerts; figures of theirs do not matter here.
  const changed = alerts.map((alert) => alert.id + alert.silenced_by).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: `changed` and `ended` ask for another reading
  useEffect(() => {
    let current = true;
    readBoth(id).then(
      (found) => {
        if (!current) return;
        setHeld(found);
        setProblem(null);
      },
      (thrown) => current && setProblem(asApiError(thrown)),
    );
    return () => {
      current = false;
    };
  }, [id, changed, ended]);

  const shown = held?.silence.id === id ? held : null;
  return (
    <PanelFrame label="Silence" of={id}>
      {shown !== null && <Details {...shown} onEnded={() => setEnded(ended + 1)} />}
      {shown === null && problem !== null && (
        <div className="panel-missing">
          <h2>{problem.status === 404 ? "This silence is not known" : problem.title}</h2>
          <p>{problem.status === 404 ? "It was over long ago and is no longer kept." : problem.message}</p>
        </div>
      )}
    </PanelFrame>
  );
}

/** Of one in force the alerts that it holds back, of one to come those that it would. */
async function readBoth(id: string): Promise<{ silence: Silence; preview: SilencePreview | null }> {
  const silence = await oneSilence(id);
  if (silence.state === "expired") return { silence, preview: null };
  const preview = await previewSilence(silence.matchers, silence.namespace);
  if (silence.state === "pending") return { silence, preview };
  const alerts = preview.alerts.filter((alert) => alert.silenced_by.includes(id));
  return { silence, preview: { ...preview, alerts, count: silence.alerts } };
}

interface DetailsProps {
  silence: Silence;
  preview: SilencePreview | null;
  onEnded: () => void;
}

function Details({ silence, preview, onEnded }: DetailsProps) {
  const now = useNow();
  const access = useAccess();
  const state = stateAt(silence, now);
  const when = whenOf(silence, now);
  const maintenance = silence.purpose === "maintenance";
  return (
    <>
      <header className="panel-head">
        <h2>{maintenance ? "Maintenance" : "Silence"}</h2>
        <p className="panel-severity" data-silence={state}>
          <Icon name={maintenance ? "tool" : "silence"} size={16} />
          <strong>{STATE_WORDS[state]}</strong>
          <time className="dim" dateTime={when.at} title={exactTime(when.at)}>
            {when.words}
          </time>
        </p>
        <p className="panel-words">{asSentence(silence.comment)}</p>
      </header>
      {mayChange(access) ? (
        <Actions silence={silence} over={state === "expired"} onEnded={onEnded} />
      ) : (
        <LooksOnly />
      )}
      {state !== "expired" && preview !== null && (
        <section aria-label="What it holds back">
          <h3>
            {state === "active" ? "It holds back" : "It would hold back now"}{" "}
            <span className="dim">{counted(preview.count, "alert")}</span>
          </h3>
          <HeldAlerts preview={preview} now={now} />
        </section>
      )}
      <section aria-label="About">
        <h3>About</h3>
        <Facts
          facts={[
            ...silence.matchers.map(
              ({ name, op, value }) =>
                [
                  name,
                  <span key={name} className="mono">
                    {op} {value === "" ? '""' : value}
                  </span>,
                ] as const,
            ),
            ["By", silence.author],
            ["Namespace", silence.namespace ?? "all"],
            ["From", exactTime(silence.starts_at)],
            ["Until", exactTime(silence.ends_at)],
            ["For", until(silence.starts_at, Date.parse(silence.ends_at))],
          ]}
        />
      </section>
    </>
  );
}

/** To end it is asked twice: what it held back is told at once. */
function Actions({ silence, over, onEnded }: { silence: Silence; over: boolean; onEnded: () => void }) {
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const again = (
    <a className="button" href={newSilenceHash({ silence: silence.id })}>
      Make one like it
    </a>
  );
  const end = () => {
    toPanel();
    setBusy(true);
    setProblem(null);
    expireSilence(silence.id)
      .then(onEnded, (thrown) => setProblem(asApiError(thrown)))
      .finally(() => {
        setBusy(false);
        setAsked(false);
      });
  };
  return (
    <section className="actions" aria-label="What to do">
      {over ? (
        again
      ) : asked ? (
        <>
          <p>
            {silence.alerts === 0
              ? "Nothing is held back at the moment."
              : `${counted(silence.alerts, "alert is", "alerts are")} told again, unless something else holds them back.`}
          </p>
          <div className="buttons">
            {/* biome-ignore lint/a11y/noAutofocus: the button that was pressed is gone; the keyboard stays here */}
            <button type="button" className="button" disabled={busy} onClick={end} autoFocus>
              End it
            </button>
            <button
              type="button"
              className="button"
              disabled={busy}
              onClick={() => {
                toPanel();
                setAsked(false);
              }}
            >
              Keep it
            </button>
          </div>
        </>
      ) : (
        <div className="buttons">
          <a className="button" href={newSilenceHash({ change: silence.id })}>
            Change
          </a>
          <button type="button" className="button" onClick={() => setAsked(true)}>
            End it now
          </button>
          {again}
        </div>
      )}
      {problem !== null && (
        <p className="refused" role="alert">
          {problem.title}. {problem.message}
        </p>
      )}
    </section>
  );
}

/** A button that is about to go gives the keyboard to the panel that it stands in. */
function toPanel(): void {
  document.activeElement?.closest<HTMLElement>(".panel")?.focus();
}
