import type { SignatureReport, SignatureVerdict } from "@yunzhen/client";
import { Banner, EmptyState, ProblemAlert, useAction, useFormats } from "@yunzhen/client/ui";
import { Button, FileButton, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { IconShieldCheck, IconShieldX, IconSignature } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import paper from "../prescriptions/prescriptions.module.css";
import { fingerprint } from "../signing-keys/fingerprint";

interface Asked {
  jws: string;
  prescription: string;
  about: string;
}

/** Whoever holds a signed document sees here who signed it, when and what, without the record. */
export function VerifyPage() {
  const { t } = useTranslation("app");
  useTitle(t("verification.title"));
  const [jws, setJws] = useState("");
  const [prescription, setPrescription] = useState("");
  const [about, setAbout] = useState("");
  const [withoutList, setWithoutList] = useState(false);
  const verify = useAction(async (input: Asked): Promise<SignatureVerdict> => {
    const revoked = await api.signingKeys.revoked().catch(() => undefined);
    setWithoutList(revoked === undefined);
    return api.session.verify(input.jws, revoked, input.prescription || undefined, input.about || undefined);
  });
  const verdict = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!verify.data) return;
    // On a small screen it stands below the fold.
    verdict.current?.scrollIntoView({ block: "center" });
    verdict.current?.focus({ preventScroll: true });
  }, [verify.data]);
  return (
    <div className={page.page}>
      <PageHeader title={t("verification.title")} note={t("verification.lead")} />
      <Stack className={page.surface} p="md">
        <Textarea
          label={t("verification.document")}
          value={jws}
          onChange={(event) => setJws(event.currentTarget.value)}
          autosize
          minRows={4}
          maxRows={10}
          spellCheck={false}
          required
        />
        <Textarea
          label={t("verification.prescription")}
          value={prescription}
          onChange={(event) => setPrescription(event.currentTarget.value)}
          autosize
          minRows={2}
          maxRows={6}
          spellCheck={false}
        />
        <TextInput
          label={t("verification.about")}
          description={t("verification.aboutHint")}
          value={about}
          onChange={(event) => setAbout(event.currentTarget.value)}
          spellCheck={false}
        />
        <Group>
          <FileButton onChange={(file) => void file?.text().then((text) => setJws(text.trim()))}>
            {(props) => (
              <Button variant="default" {...props}>
                {t("verification.file")}
              </Button>
            )}
          </FileButton>
          <Button
            disabled={jws.trim() === ""}
            loading={verify.isPending}
            onClick={() => verify.mutate({ jws: jws.trim(), prescription: prescription.trim(), about: about.trim() })}
          >
            {t("verification.go")}
          </Button>
        </Group>
        {verify.isError && <ProblemAlert error={verify.error} />}
        {verify.isIdle && <EmptyState icon={IconSignature} title={t("verification.empty")} />}
        {verify.isSuccess && withoutList && (
          <Banner meaning="person" role="status">
            {t("verification.withoutList")}
          </Banner>
        )}
        {verify.data?.verdict === "not_valid" && (
          <div ref={verdict} tabIndex={-1} style={{ outline: "none" }}>
            <Banner meaning="danger" icon={IconShieldX} role="alert">
              <Why {...verify.data} />
            </Banner>
          </div>
        )}
        {verify.data?.verdict === "valid" && (
          <>
            <div ref={verdict} tabIndex={-1} style={{ outline: "none" }}>
              <Banner meaning="done" icon={IconShieldCheck} role="status">
                {[
                  t("verification.valid"),
                  t(verify.data.revocation_checked ? "verification.checked" : "verification.unchecked"),
                  verify.data.of_prescription && t("verification.ofThis"),
                  verify.data.is_about && t("verification.isAbout"),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </Banner>
            </div>
            <Report report={verify.data.report} />
          </>
        )}
      </Stack>
    </div>
  );
}

/** Why it is not believed, in words; the verifier's own sentence below, for who looks into it. */
function Why({ code, of_prescription, at, about, reason }: SignatureVerdict & { verdict: "not_valid" }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const words = t([`verification.why.${code}`, "verification.why.unknown"], {
    day: at && formats.dateTime(at),
    about,
  });
  return (
    <>
      <div style={{ fontWeight: 600 }} data-testid="verdict">
        {t([`verification.signedBut.${code}`, "verification.notValid"])}
      </div>
      <div data-testid="why">
        {of_prescription && `${t("verification.ofPrescription")} `}
        {words}
      </div>
      <details>
        <summary>{t("verification.technical")}</summary>
        <span lang="en">{reason}</span>
      </details>
    </>
  );
}

/** What of a document is laid out for reading; all of it stands below. */
interface Signed {
  resident?: { name?: string };
  prescription_id?: string;
  delivery_id?: string;
}

function Report({ report }: { report: SignatureReport }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const signed = report.document as Signed;
  const facts: [string, string | undefined][] = [
    [t("verification.fact.what"), t(`verification.what.${report.what}`)],
    [t("verification.fact.by"), report.signer_name ?? t("verification.fact.box")],
    [t("verification.fact.at"), formats.dateTime(report.signed_at)],
    [t("verification.fact.resident"), signed.resident?.name],
    [t("verification.fact.of"), signed.prescription_id],
    [t("verification.fact.delivery"), signed.delivery_id],
    [
      t("verification.fact.certificate"),
      `${report.certificate_serial} · ${t("verification.until", { day: formats.date(report.certificate_until) })}`,
    ],
    [t("verification.fact.key"), fingerprint(report.key_sha256)],
  ];
  return (
    <div className={paper.paper} data-testid="verified">
      <dl className={paper.facts}>
        {facts.map(
          ([term, value]) =>
            value && (
              <div key={term}>
                <dt>{term}</dt>
                <dd style={{ overflowWrap: "anywhere" }}>{value}</dd>
              </div>
            ),
        )}
      </dl>
      <details>
        <summary>{t("verification.exact")}</summary>
        <pre className={paper.exact} tabIndex={0}>
          {JSON.stringify(report.document, null, 2)}
        </pre>
      </details>
    </div>
  );
}
