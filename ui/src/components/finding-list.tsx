/** What detectors hold to be true, above the list of agents: nothing while all is well. */

import { useState } from "react";
import type { Finding, FindingSubject } from "../api/types";
import { findingHash } from "../findings/address";
import { kindWords, SEVERITY_WORDS, sentenceOf, severityOf, subjectHash, subjectOf } from "../findings/list";
import { Age } from "./figures";
import { SeverityGlyph } from "./glyph";

const SHOWN = 3;
const SHOWN_MOST = 100;

interface FindingListProps {
  findings: readonly Finding[];
  more: boolean;
  openId: string | null;
  now: number;
}

export function FindingList({ findings, more, openId, now }: FindingListProps) {
  const [all, setAll] = useState(false);
  if (findings.length === 0) return null;
  const hidden = findings.length - SHOWN;
  return (
    <section className="findings" aria-label="Findings">
      <h2>
        Findings{" "}
        <span className="dim">
          {findings.length}
          {more && "+"}
        </span>
      </h2>
      <FindingLines findings={findings.slice(0, all ? SHOWN_MOST : SHOWN)} openId={openId} now={now} />
      {hidden > 0 && (
        <button type="button" className="link" aria-expanded={all} onClick={() => setAll(!all)}>
          {all
            ? "Fewer findings"
            : `${hidden}${more ? "+" : ""} more ${hidden === 1 ? "finding" : "findings"}`}
        </button>
      )}
    </section>
  );
}

/** The lines alone. Those about the agent beside which they stand need not name it. */
export function FindingLines({
  findings,
  openId,
  now,
  about = true,
}: {
  findings: readonly Finding[];
  openId: string | null;
  now: number;
  about?: boolean;
}) {
  return (
    <ul className="finding-lines">
      {findings.map((finding) => (
        <li key={finding.id} data-severity={severityOf(finding.severity)} data-open={finding.id === openId}>
          <SeverityGlyph severity={severityOf(finding.severity)} />
          <p>
            <span className="severity">{SEVERITY_WORDS[severityOf(finding.severity)]}</span>{" "}
            <a href={findingHash(finding.id)} className="finding-sentence">
              {sentenceOf(finding)}
            </a>
          </p>
          {about && (
            <span className="finding-subject">
              <SubjectName subject={subjectOf(finding)} />
            </span>
          )}
          <span className="finding-since dim">
            <Age at={finding.since} now={now} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** An entity with its kind; a link where the page shows it. */
export function SubjectName({ subject, tabIndex }: { subject: FindingSubject; tabIndex?: number }) {
  const hash = subjectHash(subject);
  const name = (
    <>
      {subject.namespace !== "default" && <span className="dim">{subject.namespace}/</span>}
      {subject.id}
    </>
  );
  return (
    <>
      {subject.kind !== "agent" && <span className="dim">{kindWords(subject.kind)} </span>}
      {hash === null ? (
        <span className="mono">{name}</span>
      ) : (
        <a className="mono" href={hash} tabIndex={tabIndex}>
          {name}
        </a>
      )}
    </>
  );
}
