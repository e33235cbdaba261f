import { Button } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link } from "react-router";

/** From one of a list back to the list, where the screen is too narrow for both. */
export function BackToList({ to, label }: { to: string; label: string }) {
  return (
    <Button component={Link} to={to} variant="subtle" className="nurse-only-narrow" aria-label={label} px="sm">
      <IconArrowLeft aria-hidden />
    </Button>
  );
}
