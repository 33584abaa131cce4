/** Said where something cannot be done with the token at hand, before anybody tries. */

export function LooksOnly() {
  return (
    <p className="dim looks-only">
      The token of this page may look and change nothing. <code>swarmpulse token create --scope admin</code>{" "}
      makes one that may; <a href="#/token">use it here</a>.
    </p>
  );
}
