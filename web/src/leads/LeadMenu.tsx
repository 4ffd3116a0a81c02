import { ActionIcon, Menu } from "@mantine/core";
import {
  IconAntennaBars5,
  IconDots,
  IconFileImport,
  IconGauge,
  IconRoute,
  IconSpeakerphone,
  IconStack2,
  IconStairsUp,
  IconUsersGroup,
  IconUsersMinus,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMayAdminister } from "../session/session";
import { useMayKeepSources } from "./sources/access";

/** From the list to what is done with many leads, and to how they come in and to whom they go. */
export function LeadMenu() {
  const mayKeepSources = useMayKeepSources();
  const mayAdminister = useMayAdminister();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label="More about leads">
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/leads/import" leftSection={<IconFileImport size={17} />}>
          Import a file
        </Menu.Item>
        <Menu.Item component={Link} to="/leads/duplicates" leftSection={<IconUsersGroup size={17} />}>
          Duplicates
        </Menu.Item>
        <Menu.Item component={Link} to="/leads/bulk" leftSection={<IconStack2 size={17} />}>
          Bulk actions so far
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item component={Link} to="/leads/campaigns" leftSection={<IconSpeakerphone size={17} />}>
          Campaigns
        </Menu.Item>
        {mayKeepSources && (
          <>
            <Menu.Item component={Link} to="/leads/sources" leftSection={<IconAntennaBars5 size={17} />}>
              Sources
            </Menu.Item>
            <Menu.Item component={Link} to="/leads/assignment" leftSection={<IconRoute size={17} />}>
              Assignment
            </Menu.Item>
            <Menu.Item component={Link} to="/leads/pipelines" leftSection={<IconStairsUp size={17} />}>
              Pipelines
            </Menu.Item>
          </>
        )}
        {mayAdminister && (
          <>
            <Menu.Item component={Link} to="/leads/scoring" leftSection={<IconGauge size={17} />}>
              Scoring
            </Menu.Item>
            <Menu.Item
              component={Link}
              to="/leads/duplicates/rules"
              leftSection={<IconUsersMinus size={17} />}
            >
              Duplicate rules
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
