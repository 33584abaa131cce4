/** Who is told, by which channels, and how those do. */

import { useEffect, useState } from "react";
import { channelWords } from "../alerts/notification";
import { receivers } from "../api/alerting";
import { type ApiError, asApiError } from "../api/client";
import type { Receiver } from "../api/types";

/** Read anew when `changed` does. */
export function Receivers({ changed }: { changed: string }) {
  const [known, setKnown] = useState<readonly Receiver[] | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `changed` asks for another reading
  useEffect(() => {
    let current = true;
    receivers().then(
      ({ items }) => {
        if (!current) return;
        setKnown(items);
        setProblem(null);
      },
      (thrown) => current && setProblem(asApiError(thrown)),
    );
    return () => {
      current = false;
    };
  }, [changed]);

  if (problem !== null)
    return (
      <p className="dim" role="alert">
        Receivers: {problem.message || problem.title}
      </p>
    );
  if (known === null) return null;
  const channels = known.flatMap((receiver) => receiver.channels.map((channel) => ({ receiver, channel })));
  if (channels.length === 0)
    return (
      <div className="empty small">
        <h2>Nobody is told</h2>
        <p>
          Alerts are shown on this page alone. Write who is to be told, by Slack, e-mail, PagerDuty or others,
          into an <code>alertmanager.yml</code>, and name it under <code>[alerts]</code> as <code>file</code>.
        </p>
      </div>
    );
  return (
    <table className="receivers">
      <caption className="hidden">Receivers</caption>
      <tbody>
        {channels.map(({ receiver, channel }) => (
          <tr key={`${receiver.name} ${channel.name}`} data-trouble={channel.last_error !== null}>
            <th scope="row">{receiver.name}</th>
            <td className="mono">{channel.name}</td>
            <td>{channelWords(channel)}</td>
            <td className="dim">{channel.last_error !== null && `last error: ${channel.last_error}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
