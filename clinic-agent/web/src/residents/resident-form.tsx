import { Button, SegmentedControl, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowLeft, IconWifiOff } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { Conflict, OxygenScale, Registered, Resident, ResidentInput } from "@yunzhen/client";
import { Banner, ProblemAlert, useAction, useApi } from "@yunzhen/client/ui";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { useLink, useOffline } from "../box/box-context";
import { PrimaryButton } from "../shell";
import { AllergyFields } from "./form/allergy-fields";
import { resolve, type Choices } from "./form/conflict";
import { ConflictChoice } from "./form/conflict-choice";
import { fieldOf, inputOf, messagesByPath, problemsOf, type Draft } from "./form/draft";
import { FormContext } from "./form/form-state";
import { IdNumberField } from "./form/id-number-field";
import { IllnessFields } from "./form/illness-fields";
import { PeopleFields } from "./form/people-fields";

interface Command {
  /** Absent for somebody new. */
  version: number | undefined;
  resident: ResidentInput;
}

const SCALES: readonly OxygenScale[] = ["scale1", "scale2"];

/** One form for both: what is wrong stands at its field, and nothing typed is lost by an answer. */
export function ResidentForm({ start, known }: { start: Draft; known: Resident | undefined }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const offline = useOffline();
  const { online } = useLink();
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(start);
  // The record as it was opened: a live update must not slip a newer version under an old text.
  const [opened] = useState(known);
  const [tried, setTried] = useState(false);
  const [sent, setSent] = useState(start);
  const [conflict, setConflict] = useState<Conflict>();
  const back = opened ? `/registry/${opened.id}` : "/registry";
  const save = useAction<Command, Registered>(
    ({ version, resident }, key) =>
      opened && version !== undefined
        ? api.residents.change(opened.id, { version, resident }, key)
        : api.residents.register(resident, key),
    {
      onSuccess: (registered) => {
        notifications.show({
          message: t(opened ? "app:residents.form.changed" : "app:residents.form.registered", {
            name: registered.name,
          }),
          color: "green",
        });
        void queries.invalidateQueries({ queryKey: ["residents"] });
        void navigate(`/registry/${registered.id}`, {
          replace: true,
          state: { duplicateSuspected: registered.duplicate_suspected },
        });
      },
    },
  );
  const told = useMemo(() => messagesByPath(save.error?.fields ?? []), [save.error]);
  const wrong = problemsOf(draft, opened !== undefined);
  const error = (path: string): string | undefined => {
    const certain = tried ? wrong.find((one) => one.path === path) : undefined;
    if (certain) return t(`app:residents.form.wrong.${certain.key}`);
    // What the relay said of a field holds until that field is changed.
    const field = fieldOf(path);
    return field && sent[field] !== draft[field] ? undefined : told.get(path);
  };
  const send = (command: Command): void => {
    setSent(draft);
    save.mutate(command, {
      onError: (refused) => {
        if (refused.code === "resident_changed") setConflict(refused.problem.conflict);
        // Wrong fields are mended in the form, not in the choice.
        else if (refused.fields.length > 0) setConflict(undefined);
      },
    });
  };
  const submit = (): void => {
    setTried(true);
    if (wrong.length > 0) {
      // The first wrong field comes to the person; the messages are there after the next paint.
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    send({ version: opened?.version, resident: inputOf(draft) });
  };
  const choose = (choices: Choices): void => {
    if (!conflict) return;
    send({ version: conflict.current, resident: resolve(inputOf(draft), conflict, choices) });
  };
  const state = {
    draft,
    set: (patch: Partial<Draft>) => setDraft((before) => ({ ...before, ...patch })),
    error,
  };
  return (
    <FormContext.Provider value={state}>
      <form
        ref={form}
        noValidate
        className="nurse-form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <header className="nurse-screen-head">
          <Button component={Link} to={back} variant="subtle" leftSection={<IconArrowLeft />}>
            {t("action.back")}
          </Button>
          <h1>
            {opened ? t("app:residents.form.changeTitle", { name: opened.name }) : t("app:residents.form.newTitle")}
          </h1>
        </header>
        {offline && (
          <Banner meaning="person" icon={IconWifiOff} role="status">
            {t("app:residents.form.offline")}
          </Banner>
        )}
        <section className="yz-card nurse-pad nurse-form-card">
          <div className="nurse-form-grid">
            <TextInput
              label={t("app:residents.field.name")}
              required
              maxLength={50}
              autoComplete="off"
              value={draft.name}
              onChange={(event) => state.set({ name: event.currentTarget.value })}
              description={t("app:residents.form.nameHint")}
              error={error("name")}
            />
            <IdNumberField onRecord={opened?.id_number_masked} />
            <TextInput
              label={t("app:residents.field.bed")}
              required
              maxLength={20}
              autoComplete="off"
              value={draft.bed}
              onChange={(event) => state.set({ bed: event.currentTarget.value })}
              description={t("app:residents.form.bedHint")}
              error={error("bed")}
            />
          </div>
          <AllergyFields />
          <PeopleFields />
          <IllnessFields />
          <fieldset className="nurse-lines">
            <legend>{t("app:residents.field.oxygen_scale")}</legend>
            <SegmentedControl
              size="lg"
              aria-label={t("app:residents.field.oxygen_scale")}
              value={draft.oxygenScale}
              onChange={(value) => state.set({ oxygenScale: value as OxygenScale })}
              data={SCALES.map((value) => ({ value, label: t(`app:residents.scale.${value}`) }))}
            />
            <Text c="dimmed">{t("app:residents.form.scaleHint")}</Text>
          </fieldset>
        </section>
        <footer className="nurse-actions yz-card nurse-form-foot">
          <div className="nurse-form-said" role="status">
            {tried && wrong.length > 0 && (
              <Banner meaning="danger">{t("app:residents.form.wrongCount", { n: wrong.length })}</Banner>
            )}
            {save.error && !conflict && !(tried && wrong.length > 0) && <ProblemAlert error={save.error} />}
          </div>
          <PrimaryButton type="submit" loading={save.isPending} disabled={!online}>
            {t(opened ? "app:residents.form.saveChange" : "app:residents.form.saveNew")}
          </PrimaryButton>
        </footer>
      </form>
      {conflict && (
        <ConflictChoice
          // A third person may be faster than the choice: the next answer is asked anew.
          key={conflict.current}
          conflict={conflict}
          saving={save.isPending}
          error={save.error?.code === "resident_changed" ? null : save.error}
          onChoose={choose}
          onClose={() => {
            save.reset();
            setConflict(undefined);
          }}
        />
      )}
    </FormContext.Provider>
  );
}
