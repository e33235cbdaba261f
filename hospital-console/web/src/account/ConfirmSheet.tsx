import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** What will happen, in words, and the one button that does it. */
export function ConfirmSheet<Output>(props: {
  title: string;
  lead: string;
  confirm: string;
  run: () => Promise<Output>;
  onDone: (output: Output) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation("app");
  const action = useAction(() => props.run(), { onSuccess: props.onDone });
  return (
    <Modal opened onClose={props.onClose} title={props.title} closeButtonProps={{ "aria-label": t("app.close") }}>
      <Stack>
        <Text>{props.lead}</Text>
        {action.isError && <ProblemAlert error={action.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose} data-autofocus>
            {t("app.cancel")}
          </Button>
          <Button color="red" loading={action.isPending} onClick={() => action.mutate(undefined)}>
            {props.confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
