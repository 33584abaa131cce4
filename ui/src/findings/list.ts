/** What the list of findings says: severities, subjects, and which alerts it already tells. */

import type { Alert, Finding, FindingSubject } from "../api/types";
import { agentHash } from "../fleet/agent-key";
import { asSentence } from "../fleet/sentence";

export type Severity = "critical" | "warning" | "info";

/** A severity as one of those that have a glyph; others count as the least. */
export function severityOf(word: string): Severity {
  return word === "critical" || word === "warning" ? word : "info";
}

/** A severity as people read it. */
export const SEVERITY_WORDS: Record<Severity, string> = {
  critical: "Critical",
  warning: "Warning",
  info: "Notice",
};

/** The alerts that no finding of the list tells already, with more to it. */
export function alertsBeside(alerts: readonly Alert[], findings: readonly Finding[]): readonly Alert[] {
  if (findings.length === 0) return alerts;
  const told = new Set(findings.map(alertIdOf));
  return alerts.filter((alert) => !told.has(alert.id));
}

/** The id of the alert that a finding raises. */
export function alertIdOf(finding: Finding): string {
  return [finding.condition, finding.namespace, finding.subject_kind, finding.subject].join("/");
}

export function subjectOf(finding: Finding): FindingSubject {
  return { namespace: finding.namespace, kind: finding.subject_kind, id: finding.subject };
}

/** Where this page shows an entity, if it does. */
export function subjectHash(subject: FindingSubject): string | null {
  return subject.kind === "agent" ? agentHash({ namespace: subject.namespace, agent: subject.id }) : null;
}

/** A kind in words: `task_type` is `task type`. */
export function kindWords(kind: string): string {
  return kind.replaceAll("_", " ");
}

/** A condition in words: `memory_leak` is `Memory leak`. */
export function conditionWords(condition: string): string {
  const words = condition.replaceAll("_", " ").replace(/^fd\b/, "file descriptor");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A finding's sentence with a capital at its beginning, unless that is a name. */
export function sentenceOf(finding: Finding): string {
  const { sentence, subject } = finding;
  return `${sentence} `.startsWith(`${subject} `) ? sentence : beginning(sentence);
}

/** A text with a capital at its beginning, unless its first word looks like a name. */
export function beginning(text: string): string {
  return /^[a-z]+( |,|$)/.test(text) ? asSentence(text) : text;
}

/** A text whose parts between backticks are code: every second part, the first is none. */
export function codeParts(text: string): string[] {
  const parts = text.split("`");
  // An odd one has no end, so it is no beginning.
  return parts.length % 2 === 1 ? parts : [text];
}

/** The findings about one agent. */
export function findingsOf(findings: readonly Finding[], namespace: string, agent: string): Finding[] {
  return findings.filter(
    (finding) =>
      finding.subject_kind === "agent" && finding.namespace === namespace && finding.subject === agent,
  );
}
