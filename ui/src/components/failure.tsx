/** What stands instead of the page when it fails itself: never a blank one. */

import { Component, type ReactNode } from "react";

interface FailureState {
  reason: string | null;
}

export class Failure extends Component<{ children: ReactNode }, FailureState> {
  override state: FailureState = { reason: null };

  static getDerivedStateFromError(thrown: unknown): FailureState {
    return { reason: thrown instanceof Error ? thrown.message : String(thrown) };
  }

  override render(): ReactNode {
    if (this.state.reason === null) return this.props.children;
    return (
      <main className="scroller">
        <section className="empty" role="alert">
          <h2>This page failed, the monitor did not</h2>
          <p>
            It could not show what the server sent: {this.state.reason}. The same fleet is in{" "}
            <a href="/api/v1/agents?order=severity">the API</a> and in <code>swarmpulse pulse</code>.
          </p>
          <button type="button" className="button" onClick={() => location.reload()}>
            Load again
          </button>
        </section>
      </main>
    );
  }
}
