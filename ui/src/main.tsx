/** Starts the page. */

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { httpApi } from "./api/client";
import { App } from "./app";
import { Failure } from "./components/failure";
import { FleetController } from "./fleet/controller";
import { FleetContext } from "./hooks/use-fleet";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/parts.css";
import "./styles/findings.css";
import "./styles/table.css";

const fleet = new FleetController(httpApi);
fleet.start();

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <FleetContext value={fleet}>
        <Failure>
          <App />
        </Failure>
      </FleetContext>
    </StrictMode>,
  );
}
