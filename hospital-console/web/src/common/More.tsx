import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Paged {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** Below a list that the relay gives page by page: the way to the next one, while there is one. */
export function More({ list }: { list: Paged }) {
  const { t } = useTranslation("app");
  if (!list.hasNextPage) return null;
  return (
    <Group justify="center" mt="md">
      <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
        {t("app.more")}
      </Button>
    </Group>
  );
}
