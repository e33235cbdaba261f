import { Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** Title left, the page's one primary action right. */
export function PageHeader({ title, note, children }: { title: string; note?: ReactNode; children?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-end" wrap="wrap" gap="md" mb="md">
      <Group align="baseline" gap="md">
        <Title order={1} fz={24}>
          {title}
        </Title>
        {note && (
          <Text c="dimmed" component="div">
            {note}
          </Text>
        )}
      </Group>
      {children && <Group gap="sm">{children}</Group>}
    </Group>
  );
}
