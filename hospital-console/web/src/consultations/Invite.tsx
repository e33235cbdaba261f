import type { ConsentLack, InvitationKind } from "@yunzhen/client";
import { Banner, guestsOf, lackFor, ProblemAlert, useAction, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { Copyable } from "../common/Copyable";

type Kind = InvitationKind;
const KINDS: Kind[] = ["family", "interpreter", "second_specialist"];

/** A link for family, an interpreter or a second specialist; it opens this consultation only, on one device, and whoever opens it waits to be let in. */
export function Invite({
  consultationId,
  familyLack,
}: {
  consultationId: string;
  familyLack: ConsentLack | undefined;
}) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const [opened, dialog] = useDisclosure(false);
  const [kind, setKind] = useState<Kind>("family");
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const queryClient = useQueryClient();
  const invite = useAction(
    (input: { kind: Kind; display_name: string }, key) => api.consultations.invite(consultationId, input, key),
    { onSuccess: () => void queryClient.invalidateQueries({ queryKey: guestsOf(consultationId) }) },
  );
  const missing = name.trim() === "";
  const lack = lackFor(kind, familyLack);
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
                time: formats.dateTime(invite.data.expires_at),
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
                data={KINDS.map((value) => ({ value, label: t(`consultations.invite.${value}`) }))}
              />
              <TextInput
                label={t("consultations.invite.name")}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                error={tried && missing ? t("consultations.invite.nameRequired") : undefined}
                data-autofocus
              />
              {lack && (
                <Banner meaning="person" role="status">
                  {t(`shared:guests.familyConsent.${lack}`)}
                </Banner>
              )}
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
