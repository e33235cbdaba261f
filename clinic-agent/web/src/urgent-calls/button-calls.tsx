import { Button } from "@mantine/core";
import { IconUrgent } from "@tabler/icons-react";
import { Banner, ProblemAlert, useAction, useFormats } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { useBox, useBoxApi } from "../box/box-context";
import { useAlarm } from "./use-alarm";

/** Presses of the buttons that are wired to the box, as long as only the box knows of them: then this page is who is called. */
export function ButtonCalls() {
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  const box = useBoxApi();
  const { status } = useBox();
  const seen = useAction((id: string) => box.buttonCallSeen(id));
  const buttons = status?.buttons;
  // What the relay has heard is in its own list, above whatever the nurse is doing.
  const calls = buttons?.calls.filter((call) => call.state !== "heard") ?? [];
  useAlarm(calls.map((call) => call.id));
  return (
    <>
      {calls.map((call) => (
        <div className="nurse-notice nurse-pressed" key={call.id} data-testid={`button-call-${call.id}`}>
          <Banner
            meaning="danger"
            role="alert"
            icon={IconUrgent}
            action={
              <Button
                size="xl"
                color="red"
                className="nurse-primary"
                loading={seen.isPending && seen.variables === call.id}
                onClick={() => seen.mutate(call.id)}
              >
                {t("app:urgent.wired.seen")}
              </Button>
            }
          >
            {t(`app:urgent.wired.${call.state}`, { bed: call.bed, time: formats.time(call.pressed_at) })}
          </Banner>
        </div>
      ))}
      {seen.error && <ProblemAlert error={seen.error} />}
      {buttons && buttons.state !== "off" && !buttons.works && (
        <div className="nurse-notice">
          <Banner meaning="person" role="status">
            {i18n.language === "en" ? buttons.words_en : buttons.words_zh}
          </Banner>
        </div>
      )}
    </>
  );
}
