import { Page } from "../ui/Page";

export function ConversationsPage() {
  return <Page title="ConversationsPage">…</Page>;
}
