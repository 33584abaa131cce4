/** What to read when the filter lets no agent through; loaded where that is so. */

/** Agents are known, but the filter lets none through. */
export default function NoMatches({ onClear }: { onClear: () => void }) {
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
