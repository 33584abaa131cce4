/** One alert, beside the list: what holds, what follows from it, what was done and told. Loaded when the first is opened. */

import { alertHash, silenceHash } from "../alerts/address";
import { alertWords, heldBack } from "../alerts/held-back";
import { safeUrl, senderWords } from "../alerts/listing";
import type { Alert, AlertDetail, AlertSymptom, AlertTransition } from "../api/types";
import { kindWords, SEVERITY_WORDS, severityOf, subjectHash } from "../findings/list";
import { asSentence } from "../fleet/sentence";
import { count, counted } from "../format/quantity";
import { useAlert } from "../hooks/use-alert";
import { useNow, useSnapshot } from "../hooks/use-fleet";
import "../styles/alerting.css";
import "../styles/severity-head.css";
import { AlertActions } from "./alert-actions";
import { Facts } from "./facts";
import { Age } from "./figures";
import { SubjectName } from "./finding-list";
import { SeverityGlyph } from "./glyph";
import { PanelFrame } from "./panel-frame";
import { Moment, Nobody, Told } from "./told";

const SYMPTOMS_SHOWN = 12;

export default function AlertPanel({ id }: { id: string }) {
  const { alerts } = useSnapshot();
  const listed = alerts.find((alert) => alert.id === id);
  // When it is no longer listed, it has ended: that is worth another look, too.
  const [{ detail, problem }, again] = useAlert(id, listed === undefined ? "" : changeOf(listed));

  return (
    <PanelFrame label="Alert" of={id}>
      {detail !== null ? (
        <AlertDetails alert={detail} onDone={again} />
      ) : (
        problem !== null && (
          <div className="panel-missing">
            <h2>{problem.status === 404 ? "This alert is not known" : problem.title}</h2>
            <p>{problem.status === 404 ? "It ended a while ago and is no longer kept." : problem.message}</p>
          </div>
        )
      )}
    </PanelFrame>
  );
}

function changeOf(alert: Alert): string {
  const { state, severity, cause, acknowledged, silenced_by, symptoms } = alert;
  return JSON.stringify([state, severity, cause, acknowledged?.at, silenced_by, symptoms]);
}

function AlertDetails({ alert, onDone }: { alert: AlertDetail; onDone: () => void }) {
  const now = useNow();
  const severity = severityOf(alert.severity);
  const over = alert.state === "resolved";
  const back = heldBack(alert);
  return (
    <>
      <header className="panel-head">
        <h2>{alertWords(alert.name)}</h2>
        <p className="panel-severity" data-severity={over ? "over" : severity}>
          <SeverityGlyph severity={severity} size={16} />
          <span className="severity">{over ? "Over" : SEVERITY_WORDS[severity]}</span>
          <span className="dim">
            {alert.state === "pending" && "pending "}
            {!over && (
              <>
                for <Age at={alert.started_at} now={now} />,{" "}
              </>
            )}
            since <Moment at={alert.started_at} now={now} />
            {alert.resolved_at !== null && (
              <>
                {" "}
                until <Moment at={alert.resolved_at} now={now} />
              </>
            )}
          </span>
        </p>
        <p className="panel-words">{asSentence(alert.message)}</p>
        {back !== null && (
          <p className="dim">
            It is not told: {back === "silenced" ? <Silences ids={alert.silenced_by} /> : back}
            {alert.cause !== null && (
              <>
                {": "}
                <a className="mono" href={alertHash(alert.cause)}>
                  {alert.cause}
                </a>
              </>
            )}
            .
          </p>
        )}
        {back === null && !over && alert.muted_by.length > 0 && (
          <p className="dim">
            It is not told now: {alert.muted_by.join(", ")} is a quiet time of its receivers.
          </p>
        )}
        {alert.flapping && <p className="dim">It comes and goes: its end is told once it has been quiet.</p>}
      </header>
      {!over && <AlertActions alert={alert} onDone={onDone} />}
      {alert.followed_by.length > 0 && <Symptoms alert={alert} now={now} />}
      <section aria-label="What happened">
        <h3>What happened</h3>
        <ol className="alert-log">
          {alert.transitions.map((change, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two changes of one moment have no other name
            <Transition key={`${change.at} ${place}`} change={change} now={now} />
          ))}
        </ol>
      </section>
      <section aria-label="Told">
        <h3>Told</h3>
        {alert.notifications.length === 0 ? (
          <Nobody alert={alert} />
        ) : (
          <ol className="alert-log">
            {alert.notifications.map((told) => (
              <Told key={told.id} told={told} now={now} />
            ))}
          </ol>
        )}
      </section>
      <section aria-label="About">
        <h3>About</h3>
        <Facts
          facts={[
            ["Subject", <Subject key="subject" alert={alert} />],
            ["Raised by", raisedBy(alert)],
            ["Shown at", alert.links.source ? <Annotation key="source" value={alert.links.source} /> : null],
            ["Value", alert.value],
            ...Object.entries(alert.labels)
              .filter(([name]) => !["alertname", "severity"].includes(name))
              .map(
                ([name, value]) =>
                  [
                    name,
                    <span key={name} className="mono">
                      {value}
                    </span>,
                  ] as const,
              ),
            ...Object.entries(alert.annotations)
              .filter(([name]) => name !== "summary")
              .map(
                ([name, value]) =>
                  [name.replaceAll("_", " "), <Annotation key={name} value={value} />] as const,
              ),
          ]}
        />
      </section>
    </>
  );
}

function Silences({ ids }: { ids: readonly string[] }) {
  return ids.map((id, place) => (
    <span key={id}>
      {place > 0 && " and "}
      <a href={silenceHash(id)}>{place === 0 ? "silenced" : "once more"}</a>
    </span>
  ));
}

function raisedBy({ origin, group, links }: Alert): string {
  if (origin === "external") return `another system, which sent it${senderWords(links.source)}`;
  if (group !== null) return `a rule of the group ${group}`;
  return origin === "cause" ? "what several alerts have in common" : "a verdict or a detector";
}

function Subject({ alert }: { alert: Alert }) {
  if (alert.subject === "" || alert.subject_kind === "monitor") return <>the monitor itself</>;
  return (
    <SubjectName subject={{ namespace: alert.namespace, kind: alert.subject_kind, id: alert.subject }} />
  );
}

function Annotation({ value }: { value: string }) {
  const url = safeUrl(value);
  return url === null ? value : <Elsewhere url={url} />;
}

function Elsewhere({ url }: { url: string }) {
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {url}
    </a>
  );
}

function Symptoms({ alert, now }: { alert: AlertDetail; now: number }) {
  const hidden = alert.symptoms - Math.min(SYMPTOMS_SHOWN, alert.followed_by.length);
  return (
    <section aria-label="What follows from it">
      <h3>
        What follows from it <span className="dim">{count(alert.symptoms)}</span>
      </h3>
      <ul className="alert-log">
        {alert.followed_by.slice(0, SYMPTOMS_SHOWN).map((symptom) => (
          <SymptomLine key={symptom.id} symptom={symptom} namespace={alert.namespace} now={now} />
        ))}
      </ul>
      {hidden > 0 && <p className="dim">and {counted(hidden, "more alert", "more alerts")}</p>}
    </section>
  );
}

function SymptomLine({ symptom, namespace, now }: { symptom: AlertSymptom; namespace: string; now: number }) {
  const subject = { namespace, kind: symptom.subject_kind, id: symptom.subject };
  const hash = subjectHash(subject);
  return (
    <li>
      <span className="dim">
        <Age at={symptom.started_at} now={now} />
      </span>
      <span>
        <a href={alertHash(symptom.id)}>{alertWords(symptom.name)}</a>{" "}
        {hash === null && <span className="dim">{kindWords(symptom.subject_kind)} </span>}
        {hash === null ? (
          <span className="mono">{symptom.subject}</span>
        ) : (
          <a className="mono" href={hash}>
            {symptom.subject}
          </a>
        )}
      </span>
    </li>
  );
}

const STATE_WORDS: Record<string, string> = {
  pending: "Pending",
  firing: "Fires",
  resolved: "Over",
  acknowledged: "In hand",
  given_back: "Given back",
};

function Transition({ change, now }: { change: AlertTransition; now: number }) {
  return (
    <li>
      <span className="dim">
        <Moment at={change.at} now={now} />
      </span>
      <span>
        <strong>{STATE_WORDS[change.state] ?? change.state}</strong>
        {change.by !== null && ` by ${change.by}`}
        {change.severity !== null && change.state !== "resolved" && (
          <span className="dim"> {change.severity}</span>
        )}
        {change.flapping && <span className="dim"> flapping</span>}
        {change.message !== "" && <> {asSentence(change.message)}</>}
        {change.cause !== null && (
          <>
            {" "}
            <a href={alertHash(change.cause)}>follows from another</a>
          </>
        )}
      </span>
    </li>
  );
}
