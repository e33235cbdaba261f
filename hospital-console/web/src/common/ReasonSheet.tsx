import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fieldError } from "./fields";

/** A command that needs its reason (or another text): asked once, kept when the answer is lost. */
export function ReasonSheet<Output>({
  title,
  hint,
  label,
  field = "reason",
  action,
  danger = false,
  run,
  onClose,
  onDone,
}: {
  title: string;
  hint?: string;
  label?: string;
  /** Its path in the request. */
  field?: string;
  action: string;
  danger?: boolean;
  run: (text: string, key: string) => Promise<Output>;
  onClose: () => void;
  onDone: (output: Output) => void;
}) {
  const { t } = useTranslation("app");
  const [text, setText] = useState("");
  const command = useAction(run, {
    onSuccess: (output) => {
      onDone(output);
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== "") command.mutate(text.trim());
        }}
      >
        <Stack>
          {hint && <Text>{hint}</Text>}
          <Textarea
            label={label ?? t("app.reason")}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            error={fieldError(command.error, field)}
            autosize
            minRows={2}
            required
            data-autofocus
          />
          {command.isError && <ProblemAlert error={command.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button
              type="submit"
              color={danger ? "red" : undefined}
              disabled={text.trim() === ""}
              loading={command.isPending}
            >
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
