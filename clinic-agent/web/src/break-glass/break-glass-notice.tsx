import { Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconLockOpen } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { BreakGlass } from "@yunzhen/client";
import { Banner, ProblemAlert, useAction, useApi, useFormats } from "@yunzhen/client/ui";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { whose } from "./openings";

/**
 * Records of this home that were opened without a care relation, until somebody here takes note or a week has passed: of one resident in full, or folded into
 * one line, above a list, of all but the one whose page stands beside.
 */
export function BreakGlassNotice({ of, except }: { of?: string; except?: string }) {
  const api = useApi();
  const query = useQuery({ queryKey: ["break-glass", "home"], queryFn: () => api.breakGlass.list() });
  const told = (query.data?.items ?? []).filter(({ resident_id: whose }) => (of ? whose === of : whose !== except));
  if (told.length === 0) return null;
  return (
    <Stack gap="sm" data-testid="break-glass-notice">
      {of ? <Openings all={told} /> : <Folded all={told} />}
    </Stack>
  );
}

function Openings({ all }: { all: readonly BreakGlass[] }) {
  return all.map((glass) => <Opening key={glass.id} glass={glass} />);
}

/** How many and whose; the rest on a press, so that the residents below stay in sight. */
function Folded({ all }: { all: readonly BreakGlass[] }) {
  const { t } = useTranslation();
  const id = useId();
  const [unfolded, { toggle }] = useDisclosure(false);
  const names = whose(all).map(({ resident_name: name, bed }) =>
    name ? t("app:breakGlass.resident", { name, bed }) : t("app:breakGlass.moved"),
  );
  return (
    <>
      <Banner
        meaning="person"
        icon={IconLockOpen}
        role="status"
        title={t("app:breakGlass.summary", { count: all.length })}
        action={
          <Button variant="default" size="lg" aria-expanded={unfolded} aria-controls={id} onClick={toggle}>
            {t(unfolded ? "app:breakGlass.fold" : "app:breakGlass.unfold")}
          </Button>
        }
      >
        <Text lineClamp={2}>{names.join(t("app:breakGlass.between"))}</Text>
      </Banner>
      <Stack gap="sm" id={id} display={unfolded ? undefined : "none"}>
        {unfolded && <Openings all={all} />}
      </Stack>
    </>
  );
}

function Opening({ glass }: { glass: BreakGlass }) {
  const { t } = useTranslation();
  const api = useApi();
  const formats = useFormats();
  const queries = useQueryClient();
  const acknowledge = useAction((id: string, key) => api.breakGlass.acknowledge(id, key), {
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["break-glass"] }),
  });
  const { specialist, hospital, resident_name: name, bed } = glass;
  const words = {
    from: formats.dateTime(glass.opened_at),
    until: formats.time(glass.ends_at),
    who: hospital ? t("app:breakGlass.who", { name: specialist.name, hospital }) : specialist.name,
  };
  return (
    <div data-testid={`opening-${glass.id}`}>
      <Banner meaning="person" icon={IconLockOpen} role="status" title={t("app:breakGlass.title")}>
        <Text>{name ? t("app:breakGlass.line", { ...words, name, bed }) : t("app:breakGlass.lineMoved", words)}</Text>
        <Text style={{ overflowWrap: "anywhere" }}>{t("app:breakGlass.reason", { reason: glass.reason })}</Text>
        <Text size="sm">{t("app:breakGlass.hint")}</Text>
        {acknowledge.error && <ProblemAlert error={acknowledge.error} />}
        <Group justify="flex-end" mt="xs">
          <Button
            variant="default"
            size="lg"
            loading={acknowledge.isPending}
            onClick={() => acknowledge.mutate(glass.id)}
          >
            {t("app:breakGlass.acknowledge")}
          </Button>
        </Group>
      </Banner>
    </div>
  );
}
