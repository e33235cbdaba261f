import "@yunzhen/client/styles.css";
import "./nurse.css";
import "./chart/vital-signs.css";
import "./visit/visit.css";
import "./residents/residents.css";
import { Api, createI18n } from "@yunzhen/client";
import { createQueryClient, YunzhenProvider } from "@yunzhen/client/ui";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { App } from "./app";
import { Boundary } from "./boundary";
import { en } from "./words/en";
import { zh } from "./words/zh";

const i18n = createI18n({ zh, en });
const queryClient = createQueryClient();
const api = new Api({
  language: () => i18n.language,
  onSignedOut: () => queryClient.setQueryData(["session"], null),
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
