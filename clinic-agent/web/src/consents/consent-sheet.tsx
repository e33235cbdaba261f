import { Button, Group, SegmentedControl, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { Consent, ConsentGiver, ConsentKind, NewConsent, Resident } from "@yunzhen/client";
import { Banner, ProblemAlert, Skeletons, useAction, useApi } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { saidAt } from "../said-at";
import { PrimaryButton } from "../shell";
import { boundedPathOf, isSigned, type Stroke } from "./signature-path";
import { SignaturePad } from "./signature-pad";
import { currentText, mayGive } from "./texts";

/** One text, read aloud or read, and one signature. `left` says how many more follow. */
export function ConsentSheet({
  resident,
  kind,
  left,
  onSigned,
  onSkip,
}: {
  resident: Pick<Resident, "id" | "name" | "surrogate">;
  kind: ConsentKind;
  left: number;
  onSigned: () => void;
  onSkip: () => void;
}) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const texts = useQuery({ queryKey: ["consent-texts"], queryFn: () => api.consents.texts(), staleTime: 3_600_000 });
  const givers = mayGive(kind, resident.surrogate);
  const [giver, setGiver] = useState<ConsentGiver>("resident");
  const [name, setName] = useState(resident.name);
  const [relation, setRelation] = useState("");
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  const [tried, setTried] = useState(false);
  // The family may read another language than the nurse.
  const [language, setLanguage] = useState<"zh" | "en">(i18n.language === "en" ? "en" : "zh");
  // Fixed at the first press, so that a retry is the same consent.
  const [signedAt, setSignedAt] = useState<string>();
  const give = useAction<NewConsent, Consent>((input, key) => api.consents.give(resident.id, input, key), {
    onSuccess: () => {
      notifications.show({
        message: t("app:consents.sign.kept", { kind: t(`app:consents.kind.${kind}`) }),
        color: "green",
      });
      void queries.invalidateQueries({ queryKey: ["residents"] });
      onSigned();
    },
  });
  if (texts.isPending) return <Skeletons shape="card" count={5} />;
  if (texts.isError) return <ProblemAlert error={texts.error} onRetry={() => void texts.refetch()} />;
  const text = currentText(texts.data.items, kind);
  if (!text) return <Banner meaning="danger">{t("app:consents.sign.noText")}</Banner>;

  const choose = (next: ConsentGiver): void => {
    setGiver(next);
    setSignedAt(undefined);
    setName(next === "resident" ? resident.name : next === "surrogate" ? (resident.surrogate?.name ?? "") : "");
    setRelation(next === "surrogate" ? (resident.surrogate?.relation ?? "") : "");
  };
  const signed = isSigned(strokes);
  const nameMissing = name.trim() === "";
  const relationMissing = giver !== "resident" && relation.trim() === "";
  const said = (path: string): string | undefined => saidAt(give.error, path);
  const missing = (wrong: boolean): string | undefined =>
    tried && wrong ? t("app:residents.form.wrong.needed") : undefined;
  const submit = (): void => {
    setTried(true);
    if (!signed || nameMissing || relationMissing) return;
    const at = signedAt ?? new Date().toISOString();
    setSignedAt(at);
    give.mutate({
      kind,
      text_version: text.version,
      giver,
      giver_name: name.trim(),
      ...(giver === "resident" ? {} : { giver_relation: relation.trim() }),
      signature: { svg_path: boundedPathOf(strokes) },
      given_at: at,
    });
  };
  return (
    <form
      className="nurse-consent"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="nurse-consent-head">
        <h2>{t(`app:consents.kind.${kind}`)}</h2>
        <SegmentedControl
          size="lg"
          aria-label={t("app:consents.sign.language")}
          value={language}
          onChange={(value) => setLanguage(value as "zh" | "en")}
          data={[
            { value: "zh", label: t("language.zh") },
            { value: "en", label: t("language.en") },
          ]}
        />
      </div>
      <blockquote lang={language === "zh" ? "zh-CN" : "en"} className="nurse-consent-text">
        {text[language]}
        <footer>{t("app:consents.sign.version", { n: text.version, date: text.since })}</footer>
      </blockquote>
      <div className="nurse-consent-giver">
        <SegmentedControl
          size="lg"
          aria-label={t("app:consents.sign.giver")}
          value={giver}
          onChange={(value) => choose(value as ConsentGiver)}
          data={givers.map((value) => ({ value, label: t(`app:consents.giver.${value}`) }))}
        />
        <TextInput
          label={t("app:consents.sign.giverName")}
          required
          maxLength={50}
          autoComplete="off"
          value={name}
          onChange={(event) => {
            setSignedAt(undefined);
            setName(event.currentTarget.value);
          }}
          error={missing(nameMissing) ?? said("giver_name")}
        />
        {giver !== "resident" && (
          <TextInput
            label={t("app:consents.sign.relation")}
            required
            maxLength={20}
            autoComplete="off"
            value={relation}
            onChange={(event) => {
              setSignedAt(undefined);
              setRelation(event.currentTarget.value);
            }}
            error={missing(relationMissing) ?? said("giver_relation")}
          />
        )}
      </div>
      <SignaturePad
        strokes={strokes}
        onChange={(change) => {
          setSignedAt(undefined);
          setStrokes(change);
        }}
        error={tried && !signed ? t("app:consents.sign.missing") : said("signature")}
      />
      {give.error && <ProblemAlert error={give.error} />}
      <Group justify="space-between">
        <span className="nurse-dim">{left > 0 && t("app:consents.sign.left", { n: left })}</span>
        <Group>
          <Button variant="default" size="xl" onClick={onSkip}>
            {t(left > 0 ? "app:consents.sign.skip" : "action.cancel")}
          </Button>
          <PrimaryButton type="submit" loading={give.isPending}>
            {t("app:consents.sign.sign")}
          </PrimaryButton>
        </Group>
      </Group>
    </form>
  );
}
