import { Button } from "@mantine/core";
import { EmptyState } from "@yunzhen/client/ui";
import { IconAlertOctagon } from "@tabler/icons-react";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** A fault of one screen ends in words and a way on, never in a white page. */
export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }
  override render(): ReactNode {
    return this.state.failed ? <Crash /> : this.props.children;
  }
}

function Crash() {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={IconAlertOctagon}
      title={t("app:crash.title")}
      hint={t("app:crash.hint")}
      action={<Button onClick={() => location.reload()}>{t("action.reload")}</Button>}
    />
  );
}
