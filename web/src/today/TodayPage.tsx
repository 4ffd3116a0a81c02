import { Page } from "../ui/Page";

export function TodayPage() {
  return <Page title="TodayPage">…</Page>;
}
