import { Menu } from "@mantine/core";
import { IconBuilding } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, data } from "../api/client";
import { switchAgency } from "../session/session";
import { words } from "../ui/format";
import { failed } from "../ui/toast";

/** The agencies that this person's login opens, by name. */
export const ownAgencies = queryOptions({
  queryKey: ["account", "agencies"],
  queryFn: async ({ signal }) => (await data(api.GET("/api/v1/users/me/agencies", { signal }))).items,
});

/** In the account's menu: the other agencies to go to, where there are any. */
export function Agencies() {
  const agencies = useQuery(ownAgencies);
  const navigate = useNavigate();
  const others = (agencies.data ?? []).filter(({ current }) => !current);
  if (others.length === 0) return null;
  const go = async (id: string) => {
    try {
      await switchAgency(id);
      await navigate({ to: "/" });
    } catch (error) {
      failed("You are still where you were", error);
    }
  };
  return (
    <>
      <Menu.Divider />
      <Menu.Label>Go to another agency</Menu.Label>
      {others.map(({ id, name, role }) => (
        <Menu.Item key={id} leftSection={<IconBuilding size={17} />} onClick={() => void go(id)}>
          {name} · {words(role)}
        </Menu.Item>
      ))}
    </>
  );
}
