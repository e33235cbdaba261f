import { Banner, ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconArrowLeft, IconLockOpen } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { PageHeader } from "../common/PageHeader";
import { problemAt, toldAt } from "../common/problemAt";
import page from "../common/Page.module.css";
import { reasonLength, SHORTEST_REASON } from "./glass";

/** One record without a relation: by its whole ID number, for a reason, for a time, and a second person is told. */
export function OpenRecordPage() {
  const { t } = useTranslation("app");
  useTitle(t("breakGlass.open.title"));
  const navigate = useNavigate();
  const [idNumber, setIdNumber] = useState("");
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const open = useAction((input: { id_number: string; reason: string }, key) => api.breakGlass.open(input, key), {
    onSuccess: (glass) => {
      void navigate(`/residents/${glass.resident_id}`, { replace: true });
    },
  });
  const typed = reasonLength(reason);
  const short = typed < SHORTEST_REASON;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (idNumber.trim() !== "" && !short) {
      open.mutate({ id_number: idNumber.trim().toUpperCase(), reason: reason.trim() });
    }
  };
  const told = ["id_number", "resident_id", "reason"];
  const idProblem = problemAt(open.error, "id_number") ?? problemAt(open.error, "resident_id");
  return (
    <div className={page.page} style={{ maxWidth: 720 }}>
      <PageHeader title={t("breakGlass.open.title")}>
        <Button variant="subtle" component={Link} to="/residents" leftSection={<IconArrowLeft size={18} aria-hidden />}>
          {t("breakGlass.open.back")}
        </Button>
      </PageHeader>
      <Stack>
        <Banner meaning="person" icon={IconLockOpen} title={t("breakGlass.open.warning")}>
          {t("breakGlass.open.consequence")}
        </Banner>
        <form onSubmit={submit} noValidate>
          <Stack>
            <TextInput
              label={t("breakGlass.open.idNumber")}
              description={t("breakGlass.open.idNumberHint")}
              value={idNumber}
              onChange={(event) => setIdNumber(event.currentTarget.value)}
              error={tried && idNumber.trim() === "" ? t("breakGlass.open.idNumberRequired") : idProblem}
              autoComplete="off"
              maxLength={18}
              maw={320}
              required
            />
            <Textarea
              label={t("breakGlass.open.reason")}
              description={t("breakGlass.open.reasonHint", { least: SHORTEST_REASON })}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              error={
                tried && short
                  ? t("breakGlass.open.reasonShort", { count: SHORTEST_REASON - typed })
                  : problemAt(open.error, "reason")
              }
              maxLength={500}
              autosize
              minRows={3}
              required
            />
            <Text size="sm" c="dimmed" role="status">
              {short ? t("breakGlass.open.missing", { count: SHORTEST_REASON - typed }) : t("breakGlass.open.enough")}
            </Text>
            {open.isError && open.error.status === 404 ? (
              <Banner meaning="person" role="alert" title={t("breakGlass.open.nobody")}>
                {t("breakGlass.open.nobodyHint")}
              </Banner>
            ) : (
              open.isError && !toldAt(open.error, told) && <ProblemAlert error={open.error} />
            )}
            <Group justify="flex-end">
              <Button
                type="submit"
                color="red"
                loading={open.isPending}
                leftSection={<IconLockOpen size={18} aria-hidden />}
              >
                {t("breakGlass.open.confirm")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Stack>
    </div>
  );
}
