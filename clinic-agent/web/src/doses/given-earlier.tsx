import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useFormats, useNow } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asLocalInput } from "../schedule/calendar";
import { givenEarlierAt } from "./plan";

/** When a dose was given that nobody wrote down then. It is in the resident: the bound of a day and the hours apart keep nobody from writing it. */
export function GivenEarlier({ onBack, onNext }: { onBack: () => void; onNext: (at: string) => void }) {
  const { t } = useTranslation();
  const { zone } = useFormats();
  const now = useNow(30_000);
  const [text, setText] = useState(() => asLocalInput(now, zone));
  const [pressed, setPressed] = useState(false);
  const at = givenEarlierAt(text, now, zone);
  return (
    <Stack className="nurse-dose-reasons">
      <Text>{t("app:doses.earlierHint")}</Text>
      <TextInput
        type="datetime-local"
        label={t("app:doses.earlierAt")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={pressed && at === undefined ? t("app:doses.earlierWrong") : undefined}
      />
      <Group justify="space-between">
        <Button size="xl" variant="default" onClick={onBack}>
          {t("action.back")}
        </Button>
        <Button
          size="xl"
          onClick={() => {
            setPressed(true);
            if (at !== undefined) onNext(at);
          }}
        >
          {t("app:doses.earlierNext")}
        </Button>
      </Group>
    </Stack>
  );
}
