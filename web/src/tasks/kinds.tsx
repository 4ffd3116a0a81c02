import {
  IconCheckbox,
  IconFileInvoice,
  IconMail,
  IconMessage,
  IconPhone,
  IconUsers,
  type TablerIcon,
} from "@tabler/icons-react";
import type { Task } from "../api/schema";

/** What there is to do, with its sign. */
export const KINDS: Readonly<Record<Task["kind"], { title: string; icon: TablerIcon }>> = {
  call: { title: "Call", icon: IconPhone },
  email: { title: "Email", icon: IconMail },
  text: { title: "Text", icon: IconMessage },
  meeting: { title: "Meeting", icon: IconUsers },
  quote: { title: "Quote", icon: IconFileInvoice },
  other: { title: "Other", icon: IconCheckbox },
};
