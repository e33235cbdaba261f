import type { Staff } from "@yunzhen/client";
import { ColorSchemeSwitch, LanguageSwitch } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text, Title } from "@mantine/core";
import type { CSSProperties, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useTitle } from "../app/useTitle";
import classes from "./FirstStep.module.css";

interface FrameProps {
  title: string;
  width: number;
  /** Whose hospital or pharmacy stands beside the product; nobody before the sign-in. */
  staff?: Staff;
  /** The way out, where there is one. */
  onSignOut?: () => void;
  children: ReactNode;
}

/** The frame of what stands before everything else: one card below a line with the product, no navigation. */
export function FirstStepFrame(props: FrameProps) {
  const { t } = useTranslation("app");
  useTitle(props.title);
  const place = props.staff?.hospital ?? props.staff?.pharmacy_name;
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <Text fw={700} fz={18} className={classes.product}>
          {t("app.product")}
          {place && (
            <Text span fz="md" c="dimmed" ml={8}>
              {place}
            </Text>
          )}
        </Text>
        <Group gap="xs" wrap="nowrap" className={classes.switches}>
          <LanguageSwitch />
          <ColorSchemeSwitch />
          {props.onSignOut && (
            <Button variant="default" onClick={props.onSignOut}>
              {t("app.account.signOut")}
            </Button>
          )}
        </Group>
      </header>
      <main className={classes.card} style={{ "--first-step-width": `${props.width}px` } as CSSProperties}>
        <Title order={1} fz={22} mb="md">
          {props.title}
        </Title>
        {props.children}
      </main>
    </div>
  );
}

/** A page of its own for what has to be done before anything else is open, and why. */
export function FirstStep({ lead, children, ...frame }: Required<FrameProps> & { lead: string }) {
  return (
    <FirstStepFrame {...frame}>
      <Stack gap="xl">
        <Text>{lead}</Text>
        {children}
      </Stack>
    </FirstStepFrame>
  );
}
