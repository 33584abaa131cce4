/** Nobody is told of anything, and how to have somebody told. */

export function NoChannel() {
  return (
    <p>
      Nobody: no channel is set up, so alerts are shown here alone. Name Slack, e-mail, PagerDuty or others in
      an <code>alertmanager.yml</code>, put its path under <code>[alerts]</code> in{" "}
      <code>swarmpulse.toml</code> as <code>file = "alertmanager.yml"</code>, and restart;{" "}
      <code>swarmpulse notify test RECEIVER</code> tries it.
    </p>
  );
}
