import { Page } from "../ui/Page";

export function ReportsPage() {
  return <Page title="ReportsPage">…</Page>;
}
