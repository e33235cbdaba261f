import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface WaitingOrAllProps {
  label: string;
  /** What is called waiting on this page. */
  waiting: string;
  all: boolean;
  onChange: (all: boolean) => void;
}

/** A queue shows what somebody has to decide, or everything. */
export function WaitingOrAll({ label, waiting, all, onChange }: WaitingOrAllProps) {
  const { t } = useTranslation("app");
  return (
    <SegmentedControl
      aria-label={label}
      value={all ? "all" : "waiting"}
      onChange={(value) => onChange(value === "all")}
      data={[
        { value: "waiting", label: waiting },
        { value: "all", label: t("app.all") },
      ]}
    />
  );
}
