/** One finding, beside the list: its figures, the data behind it, what to do. Loaded when the first is opened. */

import { Fragment } from "react";
import { alertHash } from "../alerts/address";
import type { FindingDetail, FindingFigure } from "../api/types";
import { amount, confidence, figureName, intervalText } from "../findings/figures";
import {
  alertIdOf,
  beginning,
  codeParts,
  conditionWords,
  SEVERITY_WORDS,
  sentenceOf,
  severityOf,
  subjectOf,
} from "../findings/list";
import { exactTime, listTime } from "../format/time";
import { useFinding } from "../hooks/use-finding";
import { useNow, useSnapshot } from "../hooks/use-fleet";
import "../styles/finding.css";
import "../styles/severity-head.css";
import { Facts } from "./facts";
import { Age, Figure } from "./figures";
import { FindingChartView } from "./finding-chart";
import { SubjectName } from "./finding-list";
import { SeverityGlyph } from "./glyph";
import { PanelFrame } from "./panel-frame";

export default function FindingPanel({ id }: { id: string }) {
  const { findings } = useSnapshot();
  const listed = findings.find((finding) => finding.id === id);
  // When it is no longer listed, it has ended: that is worth another look, too.
  const { detail, problem } = useFinding(id, listed?.last_seen_at ?? "");

  return (
    <PanelFrame label="Finding" of={id}>
      {detail !== null ? (
        <FindingDetails finding={detail} />
      ) : (
        problem !== null && (
          <div className="panel-missing">
            <h2>{problem.status === 404 ? "This finding is over" : problem.title}</h2>
            <p>{problem.status === 404 ? "It ended a while ago and is no longer kept." : problem.message}</p>
          </div>
        )
      )}
    </PanelFrame>
  );
}

function FindingDetails({ finding }: { finding: FindingDetail }) {
  const now = useNow();
  const severity = severityOf(finding.severity);
  return (
    <>
      <header className="panel-head">
        <h2>{conditionWords(finding.condition)}</h2>
        <p className="panel-severity" data-severity={severity}>
          <SeverityGlyph severity={severity} size={16} />
          <span className="severity">{SEVERITY_WORDS[severity]}</span>
          <span className="dim">
            for <Age at={finding.since} now={now} />, since <Moment at={finding.since} now={now} />
          </span>
        </p>
        <p className="finding-words">{sentenceOf(finding)}</p>
        {finding.ended_at !== null && (
          <p className="dim">
            It no longer held at <Moment at={finding.ended_at} now={now} />.
          </p>
        )}
      </header>
      {finding.charts.map((chart, number) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: charts keep their places, and titles change with their figures
        <FindingChartView key={number} chart={chart} now={now} />
      ))}
      {finding.advice.length > 0 && (
        <section aria-label="What to do">
          <h3>What to do</h3>
          <ul className="advice">
            {finding.advice.map((line) => (
              <li key={line}>
                <Advice text={line} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-label="Figures">
        <h3>Figures</h3>
        <Facts
          facts={finding.figures.map((figure) => [
            figureName(figure.name, figure.unit),
            <Value key={figure.name} figure={figure} />,
          ])}
        />
      </section>
      <section aria-label="About">
        <h3>About</h3>
        <Facts
          facts={[
            ["Subject", <SubjectName key="subject" subject={subjectOf(finding)} />],
            ["Confidence", <Figure key="confidence" quantity={confidence(finding.confidence)} />],
            ["Found by", finding.detector],
            [
              "Alert",
              finding.ended_at === null && (
                <a key="alert" href={alertHash(alertIdOf(finding))}>
                  acknowledge or silence it
                </a>
              ),
            ],
            ["First said", <Moment key="first" at={finding.first_seen_at} now={now} />],
            ["Last said", <Moment key="last" at={finding.last_seen_at} now={now} />],
          ]}
        />
      </section>
      {finding.related.length > 0 && (
        <section aria-label="Also concerned">
          <h3>Also concerned</h3>
          <ol className="related">
            {finding.related.map((other) => (
              <li key={`${other.kind} ${other.namespace} ${other.id}`}>
                <SubjectName subject={other} />
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}

function Advice({ text }: { text: string }) {
  return codeParts(beginning(text)).map((part, number) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text keep their places
    return number % 2 === 1 ? <code key={number}>{part}</code> : <Fragment key={number}>{part}</Fragment>;
  });
}

function Value({ figure }: { figure: FindingFigure }) {
  if (figure.value === null) return <span className="dim">beyond all numbers</span>;
  const interval = intervalText(figure);
  return (
    <>
      <Figure quantity={amount(figure.value, figure.unit)} />
      {interval !== "" && (
        <span className="dim" title="Holds the true value with 95 % confidence">
          {" "}
          ({interval})
        </span>
      )}
    </>
  );
}

function Moment({ at, now }: { at: string; now: number }) {
  return (
    <time dateTime={at} title={exactTime(at)}>
      {listTime(at, now)}
    </time>
  );
}
