import "@yunzhen/client/styles.css";
import { createQueryClient, YunzhenProvider } from "@yunzhen/client/ui";
import { lazy, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter, Route, Routes } from "react-router";
import { api } from "./app/api";
import { StaffApp } from "./app/App";
import { Boundary, reloadAfterUpdate } from "./app/Boundary";
import { i18n } from "./app/i18n";

const CourierPage = lazy(async () => ({ default: (await import("./deliveries/CourierPage")).CourierPage }));
const ObserverPage = lazy(async () => ({ default: (await import("./observers/ObserverPage")).ObserverPage }));
const CallbackPage = lazy(async () => ({ default: (await import("./openid/CallbackPage")).CallbackPage }));
const ProvePage = lazy(async () => ({ default: (await import("./openid/ProvePage")).ProvePage }));

const queryClient = createQueryClient();
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

// A courier's phone gets the large type; everybody else works at a desk.
const onPhone = location.pathname.startsWith("/courier/");

reloadAfterUpdate();
createRoot(root).render(
  <YunzhenProvider api={api} i18n={i18n} queryClient={queryClient} density={onPhone ? "phone" : "desktop"}>
    <Boundary>
      <BrowserRouter>
        <Suspense fallback={null}>
          <Routes>
            <Route path="/courier/:token" element={<CourierPage />} />
            <Route path="/join/:token" element={<ObserverPage />} />
            <Route path="/openid/callback" element={<CallbackPage />} />
            <Route path="/openid/prove" element={<ProvePage />} />
            <Route path="*" element={<StaffApp />} />
          </Routes>
        </Suspense>
      </BrowserRouter>
    </Boundary>
  </YunzhenProvider>,
);
