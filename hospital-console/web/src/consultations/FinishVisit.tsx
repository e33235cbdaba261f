import type { Consultation } from "@yunzhen/client";
import { ActionIcon, Button, Group, Menu, Popover, Stack, Text, Textarea, Modal } from "@mantine/core";
import { ProblemAlert } from "@yunzhen/client/ui";
import { IconCheck, IconDots } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { useAction } from "@yunzhen/client/ui";
import { useDrafting } from "./drafting";

/** Ends the visit in one press. It asks only when a prescription is still unsigned. */
export function FinishVisit({ consultation }: { consultation: Consultation }) {
  const { t } = useTranslation("app");
  const { drafting } = useDrafting();
  const [asking, setAsking] = useState(false);
  const [other, setOther] = useState(false);
  const queryClient = useQueryClient();
  const refresh = () => void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
  const complete = useAction((version: number, key) => api.consultations.complete(consultation.id, version, key), {
    onSuccess: refresh,
  });
  const finish = () => {
    setAsking(false);
    complete.mutate(consultation.version, { onError: refresh });
  };
  if (consultation.state !== "in_progress") return null;
  return (
    <Group gap="xs" wrap="nowrap">
      <Popover opened={asking} onChange={setAsking} position="bottom-end" withArrow trapFocus width={280}>
        <Popover.Target>
          <Button
            variant={drafting ? "default" : "filled"}
            leftSection={<IconCheck size={18} aria-hidden />}
            loading={complete.isPending}
            onClick={() => (drafting ? setAsking(true) : finish())}
          >
            {t("consultations.visit.finish")}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <Stack gap="xs">
            <Text fw={600}>{t("consultations.visit.finishDraft")}</Text>
            <Text size="sm">{t("consultations.visit.finishDraftHint")}</Text>
            <Button onClick={finish} data-autofocus>
              {t("consultations.visit.finishAnyway")}
            </Button>
          </Stack>
        </Popover.Dropdown>
      </Popover>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t("consultations.visit.more")}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setOther(true)}>{t("consultations.visit.fail")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {complete.isError && (
        <Modal opened onClose={() => complete.reset()} title={t("consultations.visit.finish")}>
          <ProblemAlert error={complete.error} onRetry={() => complete.mutate(consultation.version)} />
        </Modal>
      )}
      {other && <EndOtherwise consultation={consultation} onClose={() => setOther(false)} onDone={refresh} />}
    </Group>
  );
}

function EndOtherwise({
  consultation,
  onClose,
  onDone,
}: {
  consultation: Consultation;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useTranslation("app");
  const [reason, setReason] = useState("");
  const command = useAction(
    (input: { version: number; reason: string }, key) =>
      api.consultations.fail(consultation.id, input.version, input.reason, key),
    {
      onSuccess: () => {
        onDone();
        onClose();
      },
    },
  );
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("consultations.visit.fail")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Stack>
        <Textarea
          label={t("consultations.visit.reason")}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          autosize
          minRows={2}
          data-autofocus
          required
        />
        {command.isError && <ProblemAlert error={command.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Button
            disabled={reason.trim() === ""}
            loading={command.isPending}
            onClick={() => command.mutate({ version: consultation.version, reason: reason.trim() })}
          >
            {t("app.confirm")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
