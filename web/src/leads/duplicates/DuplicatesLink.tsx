import { Button } from "@mantine/core";
import { IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { duplicateCount } from "./queries";

/** The way to what may be kept twice, with how much that is. Not there while there is nothing. */
export function DuplicatesLink() {
  const { data } = useQuery(duplicateCount);
  if (!data || data.count === 0) return null;
  return (
    <Button
      component={Link}
      to="/leads/duplicates"
      variant="default"
      leftSection={<IconUsersGroup size={17} stroke={1.7} aria-hidden="true" />}
    >
      Duplicates · {data.count}
      {data.more && "+"}
    </Button>
  );
}
