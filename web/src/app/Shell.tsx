import { ActionIcon, Menu, Tooltip, UnstyledButton } from "@mantine/core";
import {
  IconActivityHeartbeat,
  IconAddressBook,
  IconChecklist,
  IconChartHistogram,
  IconDots,
  IconKeyboard,
  IconLogout,
  IconMessages,
  IconMoon,
  IconSearch,
  IconSettings,
  IconSparkles,
  IconSun,
  IconSunrise,
  IconUserCircle,
  IconUsersGroup,
} from "@tabler/icons-react";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { Agencies } from "../account/Agencies";
import { KeySheet, Palette } from "../commands/Palette";
import { useCommands } from "../commands/registry";
import { keyCaps, lettersAreShortcuts, setLettersAreShortcuts, useShortcuts } from "../commands/shortcuts";
import { useConnection } from "../live/Live";
import { useMayLook } from "../operations/access";
import { signOut, useMe } from "../session/session";
import { Face } from "../ui/Face";
import { words } from "../ui/format";
import { Logo } from "./Branded";
import { findPeople } from "./find";
import { useScheme } from "./scheme";
import styles from "./Shell.module.css";

const PLACES = [
  { to: "/", title: "Today", key: "g t", icon: IconSunrise },
  { to: "/leads", title: "Leads", key: "g l", icon: IconUsersGroup },
  { to: "/clients", title: "Clients", key: "g c", icon: IconAddressBook },
  { to: "/tasks", title: "Tasks", key: "g k", icon: IconChecklist },
  { to: "/conversations", title: "Conversations", key: "g v", icon: IconMessages },
  { to: "/search", title: "Search", key: "g s", icon: IconSparkles },
  { to: "/reports", title: "Reports", key: "g r", icon: IconChartHistogram },
] as const;

/** What surrounds every page: the places to go, the palette, who is signed in, whether changes arrive. */
export function Shell() {
  const navigate = useNavigate();
  const { agency } = useMe();
  const mayLook = useMayLook();
  const [palette, setPalette] = useState(false);
  const [sheet, setSheet] = useState(false);
  const [letters, setLetters] = useState(lettersAreShortcuts);
  const scheme = useScheme();
  useShortcuts();
  useFocusOnNavigation();

  const toggleScheme = scheme.toggle;
  useCommands(
    useMemo(
      () => [
        ...PLACES.map(({ to, title, key }) => ({
          id: `go ${to}`,
          title,
          group: "Go to",
          keys: key,
          run: () => void navigate({ to }),
        })),
        ...(mayLook
          ? [
              {
                id: "go /operations",
                title: "Operations",
                group: "Go to",
                keys: "g o",
                keywords: "admin health dead letters jobs read models settings",
                run: () => void navigate({ to: "/operations" }),
              },
            ]
          : []),
        {
          id: "go /leads/campaigns",
          title: "Campaigns",
          group: "Go to",
          keys: "g m",
          keywords: "marketing utm budget cost ads letters",
          run: () => void navigate({ to: "/leads/campaigns" }),
        },
        {
          id: "go /settings",
          title: "Settings",
          group: "Go to",
          keys: "g e",
          keywords: "people users teams branches roles invite permissions admin",
          run: () => void navigate({ to: "/settings/$view", params: { view: "people" } }),
        },
        {
          id: "go /account",
          title: "Your account",
          group: "Go to",
          keywords: "profile name password second factor sessions security two",
          run: () => void navigate({ to: "/account" }),
        },
        {
          id: "palette",
          title: "Search or do something",
          group: "Everywhere",
          keys: "mod+k",
          run: () => setPalette(true),
        },
        { id: "keys", title: "Show all keys", group: "Everywhere", keys: "?", run: () => setSheet(true) },
        {
          id: "scheme",
          title: "Light or dark",
          group: "Everywhere",
          keywords: "theme mode colour",
          run: toggleScheme,
        },
        {
          id: "sign-out",
          title: "Sign out",
          group: "Everywhere",
          keywords: "log out leave",
          run: () => void signOut(),
        },
      ],
      [mayLook, navigate, toggleScheme],
    ),
  );

  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        Skip to the content
      </a>
      <nav className={styles.rail} aria-label="Places">
        <div className={styles.brand}>
          <Logo />
          <span>
            <strong>GardenOS</strong>
            <small>{agency.display_name ?? agency.name}</small>
          </span>
        </div>
        <ul>
          {PLACES.map(({ to, title, key, icon: Icon }) => (
            <li key={to}>
              <Link to={to} activeOptions={{ exact: to === "/" }} className={styles.place}>
                <Icon size={18} stroke={1.7} aria-hidden="true" />
                {title}
                <span className={styles.hint} aria-hidden="true">
                  {keyCaps(key).join(" ")}
                </span>
              </Link>
            </li>
          ))}
        </ul>
        <Connected />
      </nav>
      <header className={styles.bar}>
        <Link to="/" className={styles.mark} aria-label="Today">
          <img src="/icon.svg" alt="" width={26} height={26} />
        </Link>
        <UnstyledButton className={styles.search} onClick={() => setPalette(true)}>
          <IconSearch size={16} aria-hidden="true" />
          <span>Search people, or do something</span>
          <span className={styles.caps} aria-hidden="true">
            {keyCaps("mod+k").map((cap) => (
              <kbd key={cap}>{cap}</kbd>
            ))}
          </span>
        </UnstyledButton>
        <div className={styles.corner}>
          <Tooltip label="Keyboard">
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label="Show all keys"
              onClick={() => setSheet(true)}
              className={styles.wideOnly}
            >
              <IconKeyboard size={19} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
          <Account dark={scheme.dark} toggleScheme={scheme.toggle} />
        </div>
      </header>
      <main id="content" className={styles.content} tabIndex={-1}>
        <Outlet />
      </main>
      <Tabs />
      <Palette
        opened={palette}
        close={() => setPalette(false)}
        find={(wanted, signal) => findPeople(wanted, signal, navigate)}
        searchAll={(q) => void navigate({ to: "/search", search: { q } })}
      />
      <KeySheet
        opened={sheet}
        close={() => setSheet(false)}
        letters={letters}
        setLetters={(on) => {
          setLettersAreShortcuts(on);
          setLetters(on);
        }}
      />
    </div>
  );
}

/** The few places that a thumb reaches; the rest under More. */
function Tabs() {
  const [first, rest] = [PLACES.slice(0, 5), PLACES.slice(5)];
  return (
    <nav className={styles.tabs} aria-label="Places, at the bottom">
      {first.map(({ to, title, icon: Icon }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === "/" }} className={styles.tab}>
          <Icon size={21} stroke={1.6} aria-hidden="true" />
          {title === "Conversations" ? "Inbox" : title}
        </Link>
      ))}
      <Menu position="top-end">
        <Menu.Target>
          <UnstyledButton className={styles.tab}>
            <IconDots size={21} stroke={1.6} aria-hidden="true" />
            More
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {rest.map(({ to, title, icon: Icon }) => (
            <Menu.Item key={to} component={Link} to={to} leftSection={<Icon size={17} stroke={1.7} />}>
              {title}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </nav>
  );
}

function Account({ dark, toggleScheme }: { dark: boolean; toggleScheme: () => void }) {
  const { user, agency } = useMe();
  const mayLook = useMayLook();
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton className={styles.account} aria-label={`${user.name}: your account`}>
          <Face name={user.name} size={32} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={styles.who}>
          <strong>{user.name}</strong>
          <span>
            {words(user.role)} · {agency.name}
          </span>
          <span>{user.email}</span>
        </div>
        <Agencies />
        <Menu.Divider />
        <Menu.Item component={Link} to="/account" leftSection={<IconUserCircle size={17} />}>
          Your account
        </Menu.Item>
        <Menu.Item component={Link} to="/settings" leftSection={<IconSettings size={17} />}>
          Settings
        </Menu.Item>
        {mayLook && (
          <Menu.Item component={Link} to="/operations" leftSection={<IconActivityHeartbeat size={17} />}>
            Operations
          </Menu.Item>
        )}
        <Menu.Item leftSection={dark ? <IconSun size={17} /> : <IconMoon size={17} />} onClick={toggleScheme}>
          {dark ? "Light colours" : "Dark colours"}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={17} />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const CONNECTION = {
  live: "Live",
  connecting: "Connecting…",
  away: "Not live: trying again",
} as const;

function Connected() {
  const connection = useConnection();
  return (
    <p className={styles.connection} data-state={connection} role="status">
      <span aria-hidden="true" />
      {CONNECTION[connection]}
    </p>
  );
}

/**
 * A new page is where the keyboard and the screen reader go on, once it is shown: one that was left before it came
 * changes nothing. A page that has put the focus somewhere itself keeps it.
 */
function useFocusOnNavigation(): void {
  const pathname = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const shown = useRef(pathname);
  useEffect(() => {
    if (pathname === shown.current) return;
    const first = shown.current === undefined;
    shown.current = pathname;
    const content = document.getElementById("content");
    if (!first && content && !content.contains(document.activeElement))
      content.focus({ preventScroll: true });
  }, [pathname]);
}
