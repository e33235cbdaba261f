import type { PrescriptionSummary } from "@yunzhen/client";
import { Banner, useNames } from "@yunzhen/client/ui";
import { Button, Group, Text } from "@mantine/core";
import { IconMessageQuestion, IconClipboardX } from "@tabler/icons-react";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { BannerLink } from "../common/BannerLink";
import { NavCount } from "../common/NavCount";
import { useFromPharmacists } from "./useFromPharmacists";

/** A question stops a prescription, and a rejection ends it: said above every page of the specialist, with the way to each. */
export function FromPharmacists() {
  const { t } = useTranslation("app");
  const { pathname } = useLocation();
  const { asked, rejected, unread, retry, read } = useFromPharmacists();
  // The waiting room has the questions themselves, with a field for each answer, and says by itself that they cannot be read.
  const atQuestions = pathname === "/consultations";
  const questions = atQuestions ? [] : asked;
  return (
    <>
      {((unread.asked && !atQuestions) || unread.rejected) && (
        <Group gap="xs" mb="xs" role="status" data-testid="from-pharmacists-unread">
          <Text size="sm" c="dimmed">
            {t("prescribing.fromPharmacists.unread")}
          </Text>
          <Button variant="subtle" size="compact-sm" onClick={retry}>
            {t("app.retry")}
          </Button>
        </Group>
      )}
      {questions.length > 0 && (
        <div data-testid="asked-of-me">
          <Banner
            meaning="person"
            icon={IconMessageQuestion}
            role="status"
            title={t("prescribing.fromPharmacists.asked", { count: questions.length })}
          >
            <Links of={questions} />
          </Banner>
        </div>
      )}
      {rejected.length > 0 && (
        <div data-testid="rejected-of-mine">
          <Banner
            meaning="danger"
            icon={IconClipboardX}
            role="status"
            title={t("prescribing.fromPharmacists.rejected", { count: rejected.length })}
            action={
              <Button variant="default" onClick={() => read(rejected.map(({ id }) => id))}>
                {t("prescribing.fromPharmacists.read")}
              </Button>
            }
          >
            <Links of={rejected} />
          </Banner>
        </div>
      )}
    </>
  );
}

function Links({ of }: { of: readonly PrescriptionSummary[] }) {
  const { t } = useTranslation("app");
  const names = useNames();
  return of.map((p, index) => (
    <Fragment key={p.id}>
      {index > 0 && t("shared:separator")}
      <BannerLink to={`/prescriptions/${p.id}`}>
        {p.resident.name} · {names.drugs(p)}
      </BannerLink>
    </Fragment>
  ));
}

/** The same as a number, beside the way to the specialist's prescriptions. */
export function FromPharmacistsCount() {
  const { t } = useTranslation("app");
  const { asked, rejected } = useFromPharmacists();
  return (
    <NavCount
      n={asked.length + rejected.length}
      say={(said) => t("prescribing.fromPharmacists.count", said)}
      testId="from-pharmacists"
    />
  );
}
