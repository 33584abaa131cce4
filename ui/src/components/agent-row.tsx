/** One agent in the list: one line where there is room, two where there is not. */

import { memo } from "react";
import type { Agent, Process } from "../api/types";
import { agentHash } from "../fleet/agent-key";
import { strongest } from "../fleet/sentence";
import { lookOf } from "../fleet/verdict";
import { bytes, count, percent } from "../format/quantity";
import { Age, Figure } from "./figures";
import { Glyph } from "./glyph";

interface AgentRowProps {
  agent: Agent;
  index: number;
  id: string;
  top: number;
  now: number;
  active: boolean;
  open: boolean;
  onOpen: (index: number) => void;
}

export const AgentRow = memo(function AgentRow(props: AgentRowProps) {
  const { agent, index, id, top, now, active, open, onOpen } = props;
  const look = lookOf(agent.verdict);
  const evidence = strongest(agent.evidence);
  return (
    <div
      role="row"
      id={id}
      className="row"
      aria-rowindex={index + 2}
      aria-selected={open}
      data-active={active}
      data-verdict={agent.verdict}
      data-attention={look.attention}
      style={{ top }}
      onClick={(event) => {
        if (event.defaultPrevented || (getSelection()?.type === "Range" && event.detail < 2)) return;
        event.preventDefault();
        onOpen(index);
      }}
    >
      <Cell name="verdict" title={look.meaning}>
        <Glyph verdict={agent.verdict} />
        <span className="word">{look.word}</span>
      </Cell>
      <Cell name="agent" title={agent.agent}>
        <a className="mono" href={agentHash(agent)} tabIndex={-1}>
          {agent.namespace !== "default" && <span className="dim">{agent.namespace}/</span>}
          {agent.agent}
        </a>
        {agent.flapping && (
          <span className="tag" title="It changes too often: a recovery must hold first">
            flapping
          </span>
        )}
      </Cell>
      <Cell name="kind">{agent.kind}</Cell>
      <Cell name="evidence" title={evidence.text}>
        {evidence.text}
      </Cell>
      <Cell name="age">{evidence.at !== null && <Age at={evidence.at} now={now} suffix=" ago" />}</Cell>
      <Cell name="since">
        <Age at={agent.since} now={now} />
      </Cell>
      <Cell name="where" title={placeOf(agent).join(" · ")}>
        {placeOf(agent).join(" · ")}
      </Cell>
      <ProcessCells process={agent.process} />
    </div>
  );
});

function Cell({ name, title, children }: { name: string; title?: string; children?: React.ReactNode }) {
  return (
    <div role="gridcell" className={`cell ${name}`} title={title}>
      {children}
    </div>
  );
}

function ProcessCells({ process }: { process: Process | null }) {
  const live = process !== null && process.state !== "exited" ? process : null;
  return (
    <>
      <Cell name="memory">{live !== null && <Figure quantity={bytes(live.rss_bytes)} />}</Cell>
      <Cell name="cpu">{live !== null && <Figure quantity={percent(live.cpu_ratio)} />}</Cell>
      <Cell name="fds">{live?.open_fds != null && count(live.open_fds)}</Cell>
    </>
  );
}

function placeOf(agent: Agent): string[] {
  const place: string[] = [];
  if (agent.sandbox !== null) place.push(agent.sandbox);
  if (agent.host !== null) place.push(agent.host);
  if (agent.pid !== null) place.push(String(agent.pid));
  return place;
}
