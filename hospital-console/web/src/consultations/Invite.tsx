import { ProblemAlert } from "@yunzhen/client/ui";
import { Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { Copyable } from "../common/Copyable";
import { clock } from "../common/time";
import { useAction } from "@yunzhen/client/ui";

type Kind = "family" | "second_specialist";

/** A link for family or a second specialist; it opens this consultation only. */
export function Invite({ consultationId }: { consultationId: string }) {
  const { t, i18n } = useTranslation("app");
  const [opened, dialog] = useDisclosure(false);
  const [kind, setKind] = useState<Kind>("family");
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const invite = useAction((input: { kind: Kind; display_name: string }, key) =>
    api.consultations.invite(consultationId, input, key),
  );
  const missing = name.trim() === "";
  const submit = () => {
    setTried(true);
    if (!missing) invite.mutate({ kind, display_name: name.trim() });
  };
  const again = () => {
    invite.reset();
    setName("");
    setTried(false);
  };
  return (
    <>
      <Button variant="default" size="sm" leftSection={<IconUserPlus size={18} aria-hidden />} onClick={dialog.open}>
        {t("consultations.invite.action")}
      </Button>
      <Modal
        opened={opened}
        onClose={dialog.close}
        title={t("consultations.invite.title")}
        closeButtonProps={{ "aria-label": t("app.close") }}
      >
        {invite.isSuccess ? (
          <Stack>
            <Copyable value={`${location.origin}${invite.data.link_path}`} label={t("consultations.invite.link")} />
            <Text size="sm" c="dimmed">
              {t("consultations.invite.hint", {
                name: invite.variables.display_name,
                time: clock(invite.data.expires_at, i18n.language),
              })}
            </Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={again}>
                {t("consultations.invite.another")}
              </Button>
              <Button onClick={dialog.close}>{t("app.close")}</Button>
            </Group>
          </Stack>
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              submit();
            }}
          >
            <Stack>
              <SegmentedControl
                fullWidth
                aria-label={t("consultations.invite.kind")}
                value={kind}
                onChange={(value) => setKind(value as Kind)}
                data={[
                  { value: "family", label: t("consultations.invite.family") },
                  { value: "second_specialist", label: t("consultations.invite.second_specialist") },
                ]}
              />
              <TextInput
                label={t("consultations.invite.name")}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                error={tried && missing ? t("consultations.invite.nameRequired") : undefined}
                data-autofocus
              />
              {invite.isError && <ProblemAlert error={invite.error} />}
              <Group justify="flex-end">
                <Button type="submit" loading={invite.isPending}>
                  {t("consultations.invite.create")}
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Modal>
    </>
  );
}
