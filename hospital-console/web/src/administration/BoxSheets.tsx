import type { Box, EnrolmentCode } from "@yunzhen/client";
import { ProblemAlert, useAction, useFormats } from "@yunzhen/client/ui";
import { Alert, Button, Group, List, Modal, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { Copyable } from "../common/Copyable";
import { keys } from "../common/keys";

/** Makes a code for the box of a home and shows it, once. */
export function EnrolSheet({ box, onClose }: { box: Box; onClose: () => void }) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const [code, setCode] = useState<EnrolmentCode>();
  const make = useAction((_: void, key) => api.administration.askBoxEnrolment(box.home_id, key), {
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: keys.boxes });
      setCode(made);
    },
  });
  const isThere = box.state === "connected" || box.state === "away";
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t("administration.boxes.enrol.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
      closeOnClickOutside={code === undefined}
    >
      {code ? (
        <Made code={code} onClose={onClose} />
      ) : (
        <Stack>
          <Text>{t("administration.boxes.enrol.lead", { home: box.home_name })}</Text>
          {isThere && <Alert color="yellow">{t("administration.boxes.enrol.replaces")}</Alert>}
          {make.isError && <ProblemAlert error={make.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button loading={make.isPending} onClick={() => make.mutate()} data-autofocus>
              {t("administration.boxes.enrol.make")}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

function Made({ code, onClose }: { code: EnrolmentCode; onClose: () => void }) {
  const { t } = useTranslation("app");
  const { time } = useFormats();
  return (
    <Stack>
      <div data-testid="enrolment-code">
        <Copyable value={code.code} label={t("administration.boxes.enrol.code")} large />
      </div>
      <Alert color="yellow">{t("administration.boxes.enrol.until", { until: time(code.expires_at) })}</Alert>
      <List spacing="xs">
        <List.Item>{t("administration.boxes.enrol.step1")}</List.Item>
        {code.relay && <List.Item>{t("administration.boxes.enrol.step2", { relay: code.relay })}</List.Item>}
      </List>
      <Group justify="flex-end">
        <Button onClick={onClose}>{t("administration.boxes.enrol.done")}</Button>
      </Group>
    </Stack>
  );
}

/** It ends the call that the box is in, so it is asked for once more. */
export function RevokeBoxSheet({ box, onClose }: { box: Box; onClose: () => void }) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const revoke = useAction((_: void, key) => api.administration.revokeBox(box.home_id, key), {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.boxes });
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("administration.boxes.revoke.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Stack>
        <Text fw={600}>{box.home_name}</Text>
        <Text>{t("administration.boxes.revoke.body")}</Text>
        {revoke.isError && <ProblemAlert error={revoke.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t("app.cancel")}
          </Button>
          <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            {t("administration.boxes.revoke.confirm")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
