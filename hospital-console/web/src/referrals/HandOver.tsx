import { handOverPath, type Referral } from "@yunzhen/client";
import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconDownload, IconFileTypePdf } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

const LANGUAGES = ["zh", "en"] as const;

/** The summary that goes with the resident, as PDF in either language: to look at, and to keep. */
export function HandOver({ referral }: { referral: Referral }) {
  const { t } = useTranslation("app");
  return (
    <section aria-labelledby="hand-over">
      <Title order={2} fz={18} id="hand-over" mb={4}>
        {t("referrals.handOver.title")}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t("referrals.handOver.hint")}
      </Text>
      <Stack gap="xs">
        {LANGUAGES.map((language) => (
          <Group key={language} gap="xs" wrap="nowrap">
            <Button
              component="a"
              href={handOverPath(referral.id, language)}
              target="_blank"
              rel="noopener"
              variant="default"
              flex={1}
              leftSection={<IconFileTypePdf size={18} aria-hidden />}
            >
              {t(`referrals.handOver.${language}`)}
            </Button>
            <Button
              component="a"
              href={handOverPath(referral.id, language)}
              download={`hand-over-${referral.resident.bed}-${language}.pdf`}
              variant="default"
              px="xs"
              aria-label={t("referrals.handOver.download", { which: t(`referrals.handOver.${language}`) })}
            >
              <IconDownload size={18} aria-hidden />
            </Button>
          </Group>
        ))}
      </Stack>
    </section>
  );
}
