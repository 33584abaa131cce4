/** What to read while there is nothing to see. */

import { Copyable } from "./copyable";

/** No agent is known: the commands that bring one. */
export function NoAgents() {
  return (
    <section className="empty">
      <h2>One request brings the first</h2>
      <p>An agent that sends this every few seconds is watched from then on. It appears here by itself.</p>
      <Copyable command={`curl -d '{"agent":"a1"}' ${serverAddress()}/api/v1/heartbeats`} />
      <p>Or let Swarmpulse run the program. A crash or a restart is then seen within two seconds.</p>
      <Copyable command="swarmpulse watch --name bot-1 -- python my_bot.py" />
    </section>
  );
}

/** Agents are known, but the filter lets none through. */
export function NoMatches({ onClear }: { onClear: () => void }) {
  return (
    <section className="empty small">
      <h2>No agent matches</h2>
      <p>
        Terms are found in an agent's name, kind, host, sandbox, task and evidence; <code>host:web-1</code>{" "}
        looks in one field only.
      </p>
      <button type="button" className="button" onClick={onClear}>
        Show all agents
      </button>
    </section>
  );
}

// The address that served this page is one that surely answers.
function serverAddress(): string {
  const { protocol, host } = location;
  return protocol === "https:" ? `https://${host}` : host;
}
