import "@yunzhen/client/styles.css";
import "./nurse.css";
import "./chart/vital-signs.css";
import "./visit/visit.css";
import "./residents/residents.css";
import { Api } from "@yunzhen/client";
import { createQueryClient, YunzhenProvider } from "@yunzhen/client/ui";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { App } from "./app";
import { signedOut } from "./ended";
import { Boundary } from "./boundary";
import { i18n } from "./words/i18n";

const queryClient = createQueryClient();
const api = new Api({
  language: () => i18n.language,
  onSignedOut: (error) => signedOut(queryClient, error),
});

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <YunzhenProvider api={api} i18n={i18n} queryClient={queryClient} density="tablet">
      <Boundary>
        <BrowserRouter>
          <App />
        </BrowserRouter>
      </Boundary>
    </YunzhenProvider>
  </StrictMode>,
);
