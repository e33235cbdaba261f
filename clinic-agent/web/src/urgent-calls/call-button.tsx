import { Button, TextInput } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconPhoneCall } from "@tabler/icons-react";
import { Countdown, LanguageSwitch, ProblemAlert, useAction } from "@yunzhen/client/ui";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useBoxApi } from "../box/box-context";
import { bedsideOf, isOver } from "./standing";
import "./urgent-calls.css";

const KEY = "yz.bed";
/** Nobody is signed in at a bed, so there is no stream: how the call stands is asked for. */
const LOOK_EVERY_MS = 4000;

/** The page of a tablet at a bed: one button and what became of the press. Nobody signs in here; the box speaks for its home. */
export function CallButton({ bed }: { bed: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const known = bed || localStorage.getItem(KEY) || "";
  useEffect(() => {
    // The bed in the address wins: so a tablet that was moved is set anew.
    if (bed !== "") localStorage.setItem(KEY, bed);
  }, [bed]);
  return (
    <div className="nurse-bedside">
      <header className="nurse-bedside-top">
        <h1>{known === "" ? t("app:urgent.button.setTitle") : t("app:urgent.button.bed", { bed: known })}</h1>
        <LanguageSwitch />
      </header>
      {known === "" ? (
        <ChooseBed onChosen={(chosen) => void navigate(`/call/${encodeURIComponent(chosen)}`, { replace: true })} />
      ) : (
        <Press key={known} bed={known} />
      )}
    </div>
  );
}

function ChooseBed({ onChosen }: { onChosen: (bed: string) => void }) {
  const { t } = useTranslation();
  const [bed, setBed] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (bed.trim() !== "") onChosen(bed.trim());
  };
  return (
    <main className="nurse-bedside-main">
      <form onSubmit={submit} className="yz-card nurse-pad nurse-complaint">
        <TextInput
          label={t("app:urgent.button.setBed")}
          description={t("app:urgent.button.setHint")}
          value={bed}
          onChange={(event) => setBed(event.currentTarget.value)}
          maxLength={40}
          size="xl"
        />
        <Button type="submit" size="xl" className="nurse-primary" disabled={bed.trim() === ""}>
          {t("app:urgent.button.setSave")}
        </Button>
      </form>
    </main>
  );
}

function Press({ bed }: { bed: string }) {
  const { t } = useTranslation();
  const box = useBoxApi();
  // Pressing again while the call is open is heard as the same call, so each press may have a key of its own.
  const call = useAction((input: { bed: string }, key) => box.raiseCall(input, key));
  const id = call.data?.id;
  const progress = useQuery({
    queryKey: ["urgent-calls", "bedside", id],
    enabled: id !== undefined,
    queryFn: () => box.callProgress(id ?? ""),
    refetchInterval: (query) => (query.state.data && isOver(query.state.data.state) ? false : LOOK_EVERY_MS),
    refetchIntervalInBackground: true,
  });
  // What the relay says last counts; until it has been asked, its answer to the press.
  const raised = progress.data ?? call.data;
  const standing = call.isPending ? "sending" : call.error ? "failed" : raised ? bedsideOf(raised.state) : "ready";
  const open = standing === "heard" || standing === "answered";
  return (
    <main className="nurse-bedside-main">
      <button
        type="button"
        className={`nurse-bedside-button ${open ? "nurse-bedside-heard" : ""}`}
        disabled={call.isPending}
        onClick={() => call.mutate({ bed })}
        data-testid="call-nurse"
      >
        <IconPhoneCall size={120} stroke={1.6} aria-hidden />
        <span>
          {t(
            call.isPending ? "app:urgent.button.sending" : open ? "app:urgent.button.again" : "app:urgent.button.title",
          )}
        </span>
      </button>
      <div
        className="nurse-bedside-words"
        role="status"
        aria-live="assertive"
        data-testid="bedside"
        data-standing={standing}
      >
        {standing === "failed" ? (
          <div className="nurse-bedside-failed">
            <p className="nurse-bedside-large">
              <IconAlertTriangle size={48} aria-hidden /> {t("app:urgent.button.failed")}
            </p>
            <p>{t("app:urgent.button.failedHint")}</p>
            {call.error?.status === 404 ? (
              // The box shows it on the nurses' tablets.
              <p>{t("app:urgent.button.unknownBed")}</p>
            ) : (
              <ProblemAlert error={call.error} />
            )}
          </div>
        ) : open && raised ? (
          <>
            <p className="nurse-bedside-large">
              <IconCircleCheck size={48} aria-hidden /> {t(`app:urgent.button.${standing}`)}
            </p>
            <p>{t("app:urgent.button.heardHint")}</p>
            <p>
              {t("app:urgent.button.since")} <Countdown from={Date.parse(raised.raised_at)} />
              {standing === "heard" && ` · ${t("app:urgent.button.againHint")}`}
            </p>
          </>
        ) : (
          <p className="nurse-bedside-large">
            {t(standing === "over" ? "app:urgent.button.over" : "app:urgent.button.press")}
          </p>
        )}
      </div>
    </main>
  );
}
