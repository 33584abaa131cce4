/** The objectives: what was promised, whether it holds, what is left. Loaded when it is first opened. */

import { useEffect, useState } from "react";
import { type ApiError, asApiError, request } from "../api/client";
import type { Slo, Slos } from "../api/types";
import { significant } from "../format/quantity";
import { exactTime, listTime } from "../format/time";
import { useNow } from "../hooks/use-fleet";
import {
  budgetLeft,
  burnText,
  ofSeveral,
  orderObjectives,
  STATE_WORDS,
  sentenceOf,
  stateOf,
  whose,
} from "../objectives/objective";
import "../styles/objectives.css";
import { Icon, SeverityGlyph } from "./glyph";
import { PanelFrame } from "./panel-frame";

const EVERY_MS = 30_000;

export default function ObjectivesPanel() {
  const [slos, setSlos] = useState<Slos | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);

  useEffect(() => {
    let current = true;
    const read = () =>
      request<Slos>("/api/v1/slos", {}).then(
        (found) => {
          if (!current) return;
          setSlos(found);
          setProblem(null);
        },
        (thrown) => current && setProblem(asApiError(thrown)),
      );
    void read();
    const timer = setInterval(read, EVERY_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, []);

  const several = ofSeveral(slos?.items ?? []);
  return (
    <PanelFrame label="Objectives">
      <header className="panel-head">
        <h2>Objectives</h2>
        {slos !== null && (
          <p className="dim">
            {slos.meeting} met, {slos.violating} violated, {slos.no_data} without data
          </p>
        )}
      </header>
      {problem !== null && (
        <p className="dim" role="alert">
          {problem.title}. {problem.message}
        </p>
      )}
      {slos?.items.length === 0 && (
        <p className="dim">
          Nothing is promised yet. Write objectives into a file and name it under <code>slo.files</code>;{" "}
          <code>swarmpulse slo check FILE</code> says whether it is right.
        </p>
      )}
      <ul className="objectives">
        {orderObjectives(slos?.items ?? []).map((slo) => (
          <Objective
            key={`${slo.service}/${slo.name}/${slo.namespace}`}
            slo={slo}
            whose={whose(slo, several)}
          />
        ))}
      </ul>
    </PanelFrame>
  );
}

function Objective({ slo, whose }: { slo: Slo; whose: string | null }) {
  const now = useNow();
  const state = stateOf(slo);
  const left = budgetLeft(slo);
  const burn = burnText(slo.burn_rate.hour);
  return (
    <li data-slo={state}>
      <p className="objective-head">
        {state === "violating" && <SeverityGlyph severity="critical" />}
        {state === "meeting" && <Icon name="tick" size={14} />}
        {state === "no_data" && <SeverityGlyph severity="info" />}
        <strong>{slo.title}</strong>
        {whose !== null && <span className="dim">{whose}</span>}
        <span className="objective-state">{STATE_WORDS[state]}</span>
      </p>
      <p>{sentenceOf(slo)}</p>
      {left !== null && (
        <p className="objective-budget">
          <span className="budget" aria-hidden="true">
            <span style={{ width: `${left.width * 100}%` }} />
          </span>
          <span>Error budget {left.words}</span>
        </p>
      )}
      <p className="dim">
        {slo.service}, {significant(slo.objective * 100, 5)} % over {slo.window.text}
        {burn !== null && `, burns at ${burn}`}
        {slo.forecast !== null && (
          <>
            , gone by{" "}
            <time dateTime={slo.forecast.exhausted_at} title={exactTime(slo.forecast.exhausted_at)}>
              {listTime(slo.forecast.exhausted_at, now)}
            </time>
          </>
        )}
      </p>
      {slo.error !== null && <p className="dim">It cannot be judged: {slo.error}</p>}
    </li>
  );
}
