/** A token for this page: asked for where the server wants one, and what the one at hand allows. */

import { type FormEvent, useState } from "react";
import { ownAccess } from "../api/alert-actions";
import { type ApiError, asApiError } from "../api/client";
import { heldToken, holdToken, tokenHeader } from "../api/token";
import { asSentence } from "../fleet/sentence";
import { useAccess } from "../hooks/use-access";
import { closePanel } from "../hooks/use-route";
import { Copyable } from "./copyable";
import { PanelFrame } from "./panel-frame";
import "../styles/token.css";

/** With a refusal of the server in place of the fleet; without one a panel. */
export default function TokenEntry({ problem }: { problem: ApiError | null }) {
  if (problem === null)
    return (
      <PanelFrame label="Token">
        <Held />
      </PanelFrame>
    );
  return (
    <section className="empty" aria-label="A token is needed">
      <h2>{heldToken() === null ? "This server asks for a token" : "The token is no longer taken"}</h2>
      <p>
        {heldToken() === null
          ? "It is kept for this tab alone, until the tab is closed."
          : asSentence(problem.message || problem.title)}
      </p>
      <TokenForm />
      <p>This makes one that may look. With the scope admin it may silence alerts, too.</p>
      <Copyable command="swarmpulse token create --scope read" />
    </section>
  );
}

function Held() {
  const access = useAccess();
  return (
    <>
      <header className="panel-head">
        <h2>Token</h2>
        <p className="dim">
          {heldToken() === null
            ? "This page sends none: the server asks for none here."
            : "It is kept for this tab alone, until the tab is closed."}
        </p>
        {access !== null && (
          <p>
            {access.token !== null && (
              <>
                <span className="mono">{access.token}</span> may{" "}
              </>
            )}
            {access.token === null && "It may "}
            {access.scope === "admin" ? "look and change" : "look and change nothing"}
            {access.namespace !== null && (
              <>
                {" "}
                in the namespace <span className="mono">{access.namespace}</span> alone
              </>
            )}
            .
          </p>
        )}
      </header>
      <section aria-label="Another token">
        <h3>Use another</h3>
        <TokenForm />
      </section>
      {heldToken() !== null && (
        <section aria-label="Forget the token">
          <button type="button" className="button" onClick={() => use(null)}>
            Forget it
          </button>
        </section>
      )}
    </>
  );
}

/** The field has no name: a browser could send it nowhere. */
function TokenForm() {
  const [token, setToken] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const send = (event: FormEvent) => {
    event.preventDefault();
    const wanted = token.trim();
    if (!/^[\x21-\x7e]+$/.test(wanted))
      return setRefused("A token has no spaces and no letters beyond ASCII.");
    setBusy(true);
    setRefused(null);
    ownAccess(tokenHeader(wanted))
      .then(
        (access) =>
          access.scope === "ingest"
            ? setRefused("This token may send and not look. One of the scope read or admin is needed.")
            : use(wanted),
        (thrown) => {
          const problem = asApiError(thrown);
          setRefused(asSentence(problem.message || problem.title));
        },
      )
      .finally(() => setBusy(false));
  };
  return (
    <form className="token-form" onSubmit={send} noValidate>
      <label>
        <span className="hidden">Token</span>
        <input
          type="password"
          className="entry mono"
          value={token}
          placeholder="swp_..."
          autoComplete="off"
          spellCheck={false}
          aria-invalid={refused !== null}
          aria-describedby={refused === null ? undefined : "token-refused"}
          onChange={(event) => setToken(event.target.value)}
        />
      </label>
      <button type="submit" className="button" disabled={busy || token.trim() === ""}>
        Use it
      </button>
      {refused !== null && (
        <p id="token-refused" className="refused" role="alert">
          {refused}
        </p>
      )}
    </form>
  );
}

/** Everything is read anew: what another token saw is not to stay on screen. */
function use(token: string | null): void {
  holdToken(token);
  closePanel();
  location.reload();
}
