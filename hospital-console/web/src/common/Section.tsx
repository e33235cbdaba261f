import { Group, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Section.module.css";

/** A titled part of a dense column. A line, not a card: cards are for things one acts on. */
export function Section({
  title,
  aside,
  children,
  icon,
}: {
  title: string;
  aside?: ReactNode;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={classes.section} aria-label={title}>
      <Group justify="space-between" wrap="nowrap" mb={6} gap="xs">
        <Group gap={6} wrap="nowrap">
          {icon}
          <Title order={2} className={classes.title}>
            {title}
          </Title>
        </Group>
        {aside}
      </Group>
      {children}
    </section>
  );
}
