import { Anchor } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";

/** A link within a banner: in the banner's own colour and size, and told from its words by the line below it. */
export function BannerLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Anchor component={Link} to={to} c="inherit" underline="always" fz="inherit" fw={600}>
      {children}
    </Anchor>
  );
}
