import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useState, type FormEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { problemAt, toldAt } from "./problemAt";

interface DecisionSheetProps<Output> {
  title: string;
  label: string;
  confirm: string;
  hint?: string;
  required: string;
  danger?: boolean;
  /** What else was chosen in the sheet: with another choice it is another command, with a key of its own. */
  choice?: string;
  /** A choice is missing: nothing is sent, and whoever pressed is told. */
  missing?: boolean;
  onMissing?: () => void;
  /** What will happen, in words, above the field. */
  children?: ReactNode;
  /** The command; the key stays the same while the same reason is tried again. */
  run: (reason: string, key: string) => Promise<Output>;
  onDone: (output: Output) => void;
  onClose: () => void;
}

/** A decision that must be explained in words before it is taken. */
export function DecisionSheet<Output>(props: DecisionSheetProps<Output>) {
  const { t } = useTranslation("app");
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const action = useAction((input: { reason: string; choice?: string }, key) => props.run(input.reason, key), {
    onSuccess: props.onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (props.missing) props.onMissing?.();
    else if (reason.trim() !== "") action.mutate({ reason: reason.trim(), choice: props.choice });
  };
  return (
    <Modal opened onClose={props.onClose} title={props.title} closeButtonProps={{ "aria-label": t("app.close") }}>
      <form onSubmit={submit} noValidate>
        <Stack>
          {props.children}
          <Textarea
            label={props.label}
            description={props.hint}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={tried && reason.trim() === "" ? props.required : problemAt(action.error, "reason")}
            maxLength={500}
            autosize
            minRows={3}
            required
            data-autofocus
          />
          {action.isError && !toldAt(action.error, ["reason"]) && <ProblemAlert error={action.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" color={props.danger ? "red" : undefined} loading={action.isPending}>
              {props.confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
