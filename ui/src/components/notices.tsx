/** What stands above the table: blindness, failed requests, alerts that hold. */

import { useState } from "react";
import { alertHash } from "../alerts/address";
import { told } from "../alerts/held-back";
import type { ApiError } from "../api/client";
import type { Alert, Blindness } from "../api/types";
import { agentHash } from "../fleet/agent-key";
import { alertAgent, orderAlerts } from "../fleet/alerts";
import { asSentence } from "../fleet/sentence";
import { counted } from "../format/quantity";
import { exactTime, listTime } from "../format/time";
import { Age } from "./figures";
import { Icon } from "./glyph";

/** The monitor doubts itself: deaths by silence are not judged. */
export function BlindBanner({ blindness, now }: { blindness: Blindness; now: number }) {
  return (
    <section className="notice blind" role="status" aria-label="The monitor cannot see">
      <Icon name="blind" />
      <p>
        <strong>The monitor cannot see.</strong> {asSentence(blindness.reason)}
        {/[.!?]$/.test(blindness.reason) ? "" : "."}{" "}
        <span className="dim">
          Silence is not judged since{" "}
          <time title={exactTime(blindness.since)}>{listTime(blindness.since, now)}</time>, until{" "}
          <time title={exactTime(blindness.until)}>{listTime(blindness.until, now)}</time> at the latest.
        </span>
      </p>
    </section>
  );
}

/** A request failed: what, why, what next. */
export function ProblemNotice({ problem, onRetry }: { problem: ApiError; onRetry: () => void }) {
  return (
    <section className="notice problem" role="alert">
      <Icon name="alert" />
      <p>
        <strong>{problem.title}.</strong> {problem.message}
      </p>
      <button type="button" className="button" onClick={onRetry}>
        Try again
      </button>
    </section>
  );
}

const SHOWN = 3;

export function AlertStrip({ alerts, now }: { alerts: readonly Alert[]; now: number }) {
  const [all, setAll] = useState(false);
  const { shown: ordered, silenced } = told(orderAlerts(alerts));
  if (ordered.length === 0 && silenced === 0) return null;
  const shown = all ? ordered.slice(0, 50) : ordered.slice(0, SHOWN);
  const more = ordered.length - SHOWN;
  return (
    <section className="alerts" aria-label="Alerts">
      <ul>
        {shown.map((alert) => (
          <AlertLine key={alert.id} alert={alert} now={now} />
        ))}
      </ul>
      {more > 0 && (
        <button type="button" className="link" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Fewer alerts" : `${more} more ${more === 1 ? "alert" : "alerts"}`}
        </button>
      )}
      {silenced > 0 && (
        <p className="dim">
          <a href="#/silences">{counted(silenced, "alert")} silenced</a>.
        </p>
      )}
    </section>
  );
}

function AlertLine({ alert, now }: { alert: Alert; now: number }) {
  const agent = alertAgent(alert);
  return (
    <li data-severity={alert.severity}>
      <Icon name="alert" size={14} />
      <p>
        <span className="severity">{asSentence(alert.severity)}</span>{" "}
        <a href={alertHash(alert.id)} className="finding-sentence">
          {asSentence(alert.message)}
        </a>{" "}
        {agent !== null && (
          <a className="mono" href={agentHash(agent)}>
            {alert.subject}
          </a>
        )}{" "}
        <span className="dim">
          <Age at={alert.started_at} now={now} suffix=" ago" />
          {alert.symptoms > 0 && `, ${counted(alert.symptoms, "alert follows", "alerts follow")}`}
          {alert.acknowledged !== null && `, ${alert.acknowledged.by} has it in hand`}
        </span>
      </p>
    </li>
  );
}
