import type { ResidentSummary, Urgency } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, SegmentedControl, Select, Stack, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { addDays, dateOf, fromLocalInput, nextQuarter, toLocalInput } from "../common/dates";
import { fieldError } from "../common/fields";
import { keys } from "../common/keys";
import { ResidentPicker } from "../common/ResidentPicker";
import { StandingHints } from "../eligibility/StandingHints";
import { useColleagues } from "../schedule/useColleagues";
import { SlotPicker } from "./SlotPicker";
import { WishFields, type Wish } from "./WishFields";

type Way = "book" | "wait";

/** Books a time for a resident, or puts them on the waitlist; which first visit is missing is told before. */
export function BookSheet({ startsAt, onClose }: { startsAt?: string; onClose: () => void }) {
  const { t } = useTranslation("app");
  const me = useStaff();
  const colleagues = useColleagues();
  const queryClient = useQueryClient();
  const [way, setWay] = useState<Way>("book");
  const [resident, setResident] = useState<ResidentSummary>();
  const [specialist, setSpecialist] = useState(me.id);
  const [date, setDate] = useState(dateOf(startsAt ?? Date.now()));
  const [at, setAt] = useState(startsAt);
  const [reason, setReason] = useState("");
  const [wish, setWish] = useState<Wish>(() => ({
    urgency: "routine" satisfies Urgency,
    notBefore: toLocalInput(nextQuarter(Date.now())),
    notAfter: `${addDays(dateOf(Date.now()), 7)}T18:00`,
  }));
  const outdate = () => void queryClient.invalidateQueries({ queryKey: keys.schedule.all });
  const done = (message: string) => {
    outdate();
    void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
    notifications.show({ message, color: "green" });
    onClose();
  };
  const book = useAction(api.schedule.book, { onSuccess: () => done(t("appointments.book.done")) });
  const wait = useAction(api.schedule.joinWaitlist, { onSuccess: () => done(t("appointments.waitlist.joined")) });
  const not_before = fromLocalInput(wish.notBefore);
  const not_after = fromLocalInput(wish.notAfter);
  const about = resident && {
    resident_id: resident.id,
    specialist_id: specialist,
    reason: reason.trim(),
  };
  const ready = about && about.reason !== "" && (way === "book" ? at : not_before && not_after);
  const error = way === "book" ? book.error : wait.error;
  const submit = () => {
    if (!about || !ready) return;
    if (way === "book" && at) book.mutate({ ...about, starts_at: at }, { onError: outdate });
    if (way === "wait" && not_before && not_after)
      wait.mutate({ ...about, urgency: wish.urgency, not_before, not_after });
  };
  return (
    <Modal opened onClose={onClose} size={640} title={t("appointments.book.title")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack>
          <ResidentPicker value={resident} onChange={setResident} error={fieldError(error, "resident_id")} />
          {resident && <StandingHints residentId={resident.id} specialistId={specialist} />}
          <Select
            label={t("appointments.specialist")}
            data={colleagues.map((c) => ({
              value: c.id,
              label: c.id === me.id ? t("appointments.me", { name: c.name }) : c.name,
            }))}
            value={specialist}
            onChange={(id) => {
              setSpecialist(id ?? me.id);
              setAt(undefined);
            }}
            error={fieldError(error, "specialist_id")}
            allowDeselect={false}
            searchable
          />
          <SegmentedControl
            aria-label={t("appointments.way.label")}
            value={way}
            onChange={(value) => setWay(value as Way)}
            data={[
              { value: "book", label: t("appointments.way.book") },
              { value: "wait", label: t("appointments.way.wait") },
            ]}
          />
          {way === "book" ? (
            <SlotPicker
              specialistId={specialist}
              date={date}
              onDate={(next) => {
                setDate(next);
                setAt(undefined);
              }}
              value={at}
              onChange={setAt}
              error={fieldError(error, "starts_at")}
            />
          ) : (
            <WishFields wish={wish} onChange={setWish} error={error} />
          )}
          <Textarea
            label={t("appointments.reason")}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={fieldError(error, "reason")}
            autosize
            minRows={2}
            required
          />
          {error && <ProblemAlert error={error} />}
          <Group justify="flex-end">
            {way === "book" && book.error?.code === "slot_taken" && (
              <Button variant="default" onClick={() => setWay("wait")}>
                {t("appointments.waitlist.join")}
              </Button>
            )}
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" disabled={!ready} loading={book.isPending || wait.isPending}>
              {way === "book" ? t("appointments.book.action") : t("appointments.waitlist.join")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
