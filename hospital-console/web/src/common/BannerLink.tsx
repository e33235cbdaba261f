import { Anchor } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";

/** A link within a banner: in the banner's own colour and size, and told from its words by the line below it. */
export function BannerLink({
  to,
  beside = false,
  children,
}: {
  to: string;
  /** In another tab: this one goes on with what it does. */
  beside?: boolean;
  children: ReactNode;
}) {
  return (
    <Anchor
      component={Link}
      to={to}
      target={beside ? "_blank" : undefined}
      c="inherit"
      underline="always"
      fz="inherit"
      fw={600}
    >
      {children}
    </Anchor>
  );
}
