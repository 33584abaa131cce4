/** No channel is set up: what that means, and how to set one up. */

export function NoChannel() {
  return (
    <p>
      No channel is set up: alerts are shown here, and nobody is told. Write an <code>alertmanager.yml</code>{" "}
      that says who is told by Slack, e-mail, PagerDuty or others, name it as <code>file</code> under{" "}
      <code>[alerts]</code> in <code>swarmpulse.toml</code>, and reload (<code>kill -HUP</code>). Then{" "}
      <code>swarmpulse notify test RECEIVER</code> tries it.
    </p>
  );
}
