/** Who is told, by which channels, and how those do. */

import { channelWords } from "../alerts/notification";
import { useReceivers } from "../hooks/use-receivers";
import { NoChannel } from "./no-channel";

/** Read anew when `changed` does. */
export function Receivers({ changed }: { changed: string }) {
  const [known, problem] = useReceivers(changed);
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
        <NoChannel />
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
