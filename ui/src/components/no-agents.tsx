/** What to read while no agent is known; loaded where that is so. */

import { Copyable } from "./copyable";

/** No agent is known: the commands that bring one. */
export default function NoAgents() {
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

// The address that served this page is one that surely answers.
function serverAddress(): string {
  const { protocol, host } = location;
  return protocol === "https:" ? `https://${host}` : host;
}
