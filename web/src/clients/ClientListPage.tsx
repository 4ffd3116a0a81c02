import { Page } from "../ui/Page";

export function ClientListPage() {
  return <Page title="ClientListPage">…</Page>;
}
