import { useMediaQuery } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { Group, Panel, Separator, useDefaultLayout } from "react-resizable-panels";
import type { ReactNode } from "react";
import classes from "./ConsultationPage.module.css";

/**
 * Three columns whose widths the specialist sets once; below 900 px they stack, picture first. They stack by style alone: another tree would make its parts anew,
 * and with them what is typed and not saved yet.
 */
export function Columns({ record, picture, work }: { record: ReactNode; picture: ReactNode; work: ReactNode }) {
  const { t } = useTranslation("app");
  const narrow = useMediaQuery("(max-width: 900px)");
  const { defaultLayout, onLayoutChanged } = useDefaultLayout({ id: "consultation-columns", storage: localStorage });
  const parts = [
    { id: "record", label: t("consultations.visit.columns.record"), node: record, size: "27%" },
    { id: "picture", label: t("consultations.visit.columns.picture"), node: picture, size: "41%" },
    { id: "work", label: t("consultations.visit.columns.work"), node: work, size: "32%" },
  ] as const;

  return (
    <Group
      className={classes.columns}
      defaultLayout={defaultLayout}
      onLayoutChanged={onLayoutChanged}
      disabled={narrow}
    >
      {parts.map((part, index) => [
        index > 0 && (
          <Separator
            key={`${part.id}-separator`}
            className={classes.separator}
            aria-label={t("consultations.visit.resize")}
          />
        ),
        <Panel key={part.id} id={part.id} defaultSize={part.size} minSize="20%" data-column={part.id}>
          <section
            aria-label={part.label}
            className={part.id === "picture" ? classes.picture : classes.column}
            tabIndex={narrow || part.id === "picture" ? undefined : 0}
          >
            {part.node}
          </section>
        </Panel>,
      ])}
    </Group>
  );
}
