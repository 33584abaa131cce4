/** Everything known of one agent, beside the list. */

import { useEffect, useState } from "react";
import { type ApiError, asApiError } from "../api/client";
import type { Agent } from "../api/types";
import { findingsOf } from "../findings/list";
import { type AgentKey, keyOf, nameOf } from "../fleet/agent-key";
import { lookOf } from "../fleet/verdict";
import { count, counted, milliseconds, percent, plain } from "../format/quantity";
import { exactTime, listTime, setting } from "../format/time";
import { useFleet, useNow, useSnapshot } from "../hooks/use-fleet";
import { EvidenceList } from "./evidence-list";
import { type Fact, Facts } from "./facts";
import { Age, Figure } from "./figures";
import { FindingLines } from "./finding-list";
import { Glyph } from "./glyph";
import { PanelFrame } from "./panel-frame";
import { ProcessFigures } from "./process-figures";
import { TimelineList } from "./timeline";

export default function AgentPanel({ agentKey }: { agentKey: AgentKey }) {
  const fleet = useFleet();
  const { agents, phase } = useSnapshot();
  const [problem, setProblem] = useState<ApiError | null>(null);

  useEffect(() => {
    setProblem(null);
    fleet.fetchAgent(agentKey).catch((thrown) => setProblem(asApiError(thrown)));
  }, [fleet, agentKey]);

  const agent = agents.get(agentKey);
  return (
    <PanelFrame label={`Agent ${nameOf(agentKey).agent}`} of={agentKey}>
      {agent !== undefined ? (
        <AgentDetails agent={agent} />
      ) : (
        phase !== "loading" && <Missing agentKey={agentKey} problem={problem} />
      )}
    </PanelFrame>
  );
}

function Missing({ agentKey, problem }: { agentKey: AgentKey; problem: ApiError | null }) {
  const { namespace, agent } = nameOf(agentKey);
  return (
    <div className="panel-missing">
      <h2 className="mono">{agent}</h2>
      {problem !== null ? (
        <p>
          {problem.title}. {problem.message}
        </p>
      ) : (
        <p>
          No agent of this name is known in the namespace <code>{namespace}</code>. It may never have
          reported, or been forgotten after it stopped.
        </p>
      )}
    </div>
  );
}

function AgentDetails({ agent }: { agent: Agent }) {
  const now = useNow();
  const look = lookOf(agent.verdict);
  const findings = findingsOf(useSnapshot().findings, agent.namespace, agent.agent);
  return (
    <>
      <header className="panel-head">
        <h2 className="mono">{agent.agent}</h2>
        <p className="panel-verdict" data-verdict={agent.verdict} data-attention={look.attention}>
          <Glyph verdict={agent.verdict} size={18} />
          <span className="word">{look.word}</span>
          <span className="dim">
            for <Age at={agent.since} now={now} />, since{" "}
            <time title={exactTime(agent.since)}>{listTime(agent.since, now)}</time>
          </span>
        </p>
        <p className="dim">
          {look.meaning}
          {agent.flapping && " It changes too often: a recovery must hold first."}
        </p>
      </header>
      <section aria-label="Evidence">
        <h3>Evidence</h3>
        <EvidenceList evidence={agent.evidence} now={now} />
      </section>
      {findings.length > 0 && (
        <section aria-label="Findings">
          <h3>Findings</h3>
          <FindingLines findings={findings} openId={null} now={now} about={false} />
        </section>
      )}
      <section aria-label="About">
        <h3>About</h3>
        <Facts facts={aboutFacts(agent, now)} />
      </section>
      {agent.process !== null && <ProcessFigures process={agent.process} now={now} />}
      <OwnWords title="Reported figures" values={agent.metrics} />
      <OwnWords title="Attributes" values={agent.attributes} />
      <TimelineList agentKey={keyOf(agent)} changed={`${agent.verdict} ${agent.since}`} now={now} />
    </>
  );
}

function aboutFacts(agent: Agent, now: number): Fact[] {
  const ratio = (value: number | null) => value !== null && <Figure quantity={percent(value)} />;
  const ago = (at: string | null) => at !== null && <Age at={at} now={now} suffix=" ago" />;
  const mono = (text: string | null) => text !== null && <span className="mono">{text}</span>;
  const facts: [string, React.ReactNode][] = [
    ["Kind", agent.kind],
    ["Namespace", agent.namespace],
    ["Says", agent.status],
    ["Task", mono(agent.task)],
    ["Open work", openWork(agent)],
    ["Last contact", ago(agent.last_contact_at)],
    ["Last progress", ago(agent.last_progress_at)],
    ["Reports every", `${setting(agent.interval_s)}, ${agent.interval_source}`],
    ["Down after silence of", setting(agent.deadline_s)],
    ["Host", mono(agent.host)],
    ["Process", agent.pid !== null && mono(String(agent.pid))],
    ["Sandbox", mono(agent.sandbox)],
    ["Instance", mono(agent.instance)],
    ["Restarts", agent.restarts > 0 && count(agent.restarts)],
    ["Lost reports", agent.lost_reports > 0 && count(agent.lost_reports)],
    [
      "Clock",
      agent.clock_skew_s !== null && Math.abs(agent.clock_skew_s) >= 1 && skewWords(agent.clock_skew_s),
    ],
    [
      "Response time",
      agent.response_time_ms !== null && <Figure quantity={milliseconds(agent.response_time_ms)} />,
    ],
    ["Succeeds", ratio(agent.success_ratio)],
    ["Fails", ratio(agent.error_ratio)],
    ["First seen", ago(agent.first_seen_at)],
    ["Also known as", agent.aliases.length > 0 && mono(agent.aliases.join(", "))],
  ];
  return facts.map(([name, value]) => [name, value === false ? null : value]);
}

function openWork(agent: Agent): string | false {
  const parts: string[] = [];
  if (agent.open_tasks > 0) parts.push(counted(agent.open_tasks, "task"));
  if (agent.open_calls > 0) parts.push(counted(agent.open_calls, "call"));
  return parts.length > 0 && parts.join(", ");
}

function skewWords(seconds: number): string {
  return `${setting(Math.abs(seconds))} ${seconds > 0 ? "ahead of" : "behind"} ours`;
}

/** Names and values as the agent sent them. */
function OwnWords({ title, values }: { title: string; values: Record<string, unknown> }) {
  const entries = Object.entries(values);
  if (entries.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <Facts
        facts={entries.map(([name, value]) => [
          name,
          <span key={name} className="mono">
            {plain(value)}
          </span>,
        ])}
      />
    </section>
  );
}
