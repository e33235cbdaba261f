import { useMediaQuery } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { Group, Panel, Separator, useDefaultLayout } from "react-resizable-panels";
import type { ReactNode } from "react";
import classes from "./ConsultationPage.module.css";

/** Three columns whose widths the specialist sets once; below 900 px they stack, picture first. */
export function Columns({ record, picture, work }: { record: ReactNode; picture: ReactNode; work: ReactNode }) {
  const { t } = useTranslation("app");
  const narrow = useMediaQuery("(max-width: 900px)");
  const { defaultLayout, onLayoutChanged } = useDefaultLayout({ id: "consultation-columns", storage: localStorage });
  const parts = [
    { id: "record", label: t("consultations.visit.columns.record"), node: record, size: "27%" },
    { id: "picture", label: t("consultations.visit.columns.picture"), node: picture, size: "41%" },
    { id: "work", label: t("consultations.visit.columns.work"), node: work, size: "32%" },
  ] as const;

  if (narrow) {
    const order = [parts[1], parts[2], parts[0]];
    return (
      <div>
        {order.map((part) => (
          <section key={part.id} aria-label={part.label}>
            {part.node}
          </section>
        ))}
      </div>
    );
  }
  return (
    <Group className={classes.columns} defaultLayout={defaultLayout} onLayoutChanged={onLayoutChanged}>
      {parts.map((part, index) => [
        index > 0 && (
          <Separator
            key={`${part.id}-separator`}
            className={classes.separator}
            aria-label={t("consultations.visit.resize")}
          />
        ),
        <Panel key={part.id} id={part.id} defaultSize={part.size} minSize="20%">
          <section
            aria-label={part.label}
            className={part.id === "picture" ? classes.picture : classes.column}
            tabIndex={part.id === "picture" ? undefined : 0}
          >
            {part.node}
          </section>
        </Panel>,
      ])}
    </Group>
  );
}
