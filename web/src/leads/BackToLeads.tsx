import { BackTo } from "../ui/BackTo";
import { lastList } from "./place";

/** Back to the leads as they were looked at last. */
export function BackToLeads() {
  return (
    <BackTo to="/leads" search={lastList()}>
      Leads
    </BackTo>
  );
}
