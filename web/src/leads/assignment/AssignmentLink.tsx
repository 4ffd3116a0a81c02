import { ActionIcon, Tooltip } from "@mantine/core";
import { IconRoute } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

/** From the list of leads to how they are assigned. */
export function AssignmentLink() {
  return (
    <Tooltip label="Assignment">
      <ActionIcon
        component={Link}
        to="/leads/assignment"
        variant="default"
        size={36}
        aria-label="How leads are assigned"
      >
        <IconRoute size={17} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}
