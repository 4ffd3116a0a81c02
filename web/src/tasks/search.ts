/** The views of the page of tasks. */
export const VIEWS = { today: "Today", overdue: "Overdue", upcoming: "Upcoming", done: "Done" } as const;
export type TaskView = keyof typeof VIEWS;

/** What the page's address says: a view, and whether everybody's tasks are shown. */
export interface TaskSearch {
  due?: TaskView;
  whose?: "all";
}

export function readTaskSearch(search: Record<string, unknown>): TaskSearch {
  const { due, whose } = search;
  return {
    ...(typeof due === "string" && due in VIEWS && { due: due as TaskView }),
    ...(whose === "all" && { whose: "all" as const }),
  };
}
