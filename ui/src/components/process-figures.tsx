/** What the probe saw of the process: figures against their limits first, the rest below. */

import type { ReactNode } from "react";
import type { Process } from "../api/types";
import { bytes, count, percent, significant } from "../format/quantity";
import { Facts } from "./facts";
import { Age, Figure } from "./figures";

export function ProcessFigures({ process, now }: { process: Process; now: number }) {
  const gone = process.state === "exited";
  return (
    <section aria-label="Process">
      <h3>
        Process <span className="mono">{process.pid}</span>
        <span className="dim">
          {" "}
          {process.state.replace("_", " ")}, {process.origin},{" "}
          <Age at={process.seen_at} now={now} suffix=" ago" />
        </span>
      </h3>
      {process.command !== null && <p className="command mono">{process.command}</p>}
      {!gone && <Gauges process={process} />}
      <Facts
        facts={[
          ["Started", <Age key="started" at={process.started_at} now={now} suffix=" ago" />],
          ["CPU time", `${significant(process.cpu_seconds)} s`],
          ["Virtual memory", <Figure key="vms" quantity={bytes(process.vms_bytes)} />],
          [
            "Proportional memory",
            process.pss_bytes !== null && <Figure key="pss" quantity={bytes(process.pss_bytes)} />,
          ],
          [
            "Waiting for memory",
            process.memory_pressure_ratio !== null && (
              <Figure key="psi" quantity={percent(process.memory_pressure_ratio)} />
            ),
          ],
          ["Major page faults", count(process.major_faults)],
          ["Connections", process.connections !== null && count(process.connections)],
          ["Read", process.read_bytes !== null && <Figure key="read" quantity={bytes(process.read_bytes)} />],
          [
            "Written",
            process.write_bytes !== null && <Figure key="write" quantity={bytes(process.write_bytes)} />,
          ],
          ["Children", childrenWords(process)],
        ].map(([name, value]) => [name as string, value === false ? null : (value as ReactNode)])}
      />
    </section>
  );
}

function Gauges({ process }: { process: Process }) {
  const cgroup = process.cgroup_memory_bytes;
  return (
    <ul className="gauges">
      <Gauge
        name="Memory"
        used={process.rss_bytes}
        limit={cgroup === null ? process.memory_limit_bytes : null}
        show={(value) => <Figure quantity={bytes(value)} />}
        ratio={process.memory_ratio}
        of="of the machine"
      />
      {cgroup !== null && (
        <Gauge
          name="Memory of its group"
          used={cgroup}
          limit={process.memory_limit_bytes}
          show={(value) => <Figure quantity={bytes(value)} />}
        />
      )}
      <Gauge
        name="CPU"
        used={process.cpu_ratio}
        limit={null}
        show={(value) => <Figure quantity={percent(value)} />}
        of="of a core"
      />
      {process.open_fds !== null && (
        <Gauge name="Open files" used={process.open_fds} limit={process.fd_limit} show={count} />
      )}
      <Gauge name="Threads" used={process.threads} limit={process.thread_limit} show={count} />
    </ul>
  );
}

interface GaugeProps {
  name: string;
  used: number;
  limit: number | null;
  show: (value: number) => ReactNode;
  /** The share to say where there is no limit. */
  ratio?: number;
  of?: string;
}

function Gauge({ name, used, limit, show, ratio, of }: GaugeProps) {
  const share = limit !== null && limit > 0 ? used / limit : null;
  return (
    <li>
      <span className="gauge-name">{name}</span>
      <span className="gauge-figure">
        {show(used)}
        {limit !== null && <span className="dim"> of {show(limit)}</span>}
        {limit === null && of !== undefined && (
          <span className="dim">
            {ratio !== undefined && <>, {significant(ratio * 100, 2)} %</>} {of}
          </span>
        )}
      </span>
      {share !== null && (
        <span className="gauge-bar" data-high={share >= 0.85}>
          <span style={{ width: `${Math.min(100, share * 100)}%` }} />
        </span>
      )}
    </li>
  );
}

function childrenWords(process: Process): string {
  const zombies = process.zombie_children;
  const live = count(process.children);
  return zombies === 0 ? live : `${live}, and ${count(zombies)} ended and not waited for`;
}
