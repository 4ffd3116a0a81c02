import { Page } from "../ui/Page";

export function LeadPage() {
  return <Page title="LeadPage">…</Page>;
}
