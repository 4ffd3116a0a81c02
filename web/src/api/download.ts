import { authorizedFetch } from "./client";
import { ApiProblem } from "./problem";

/** The name that an answer gives itself as a file; null where it gives none. */
export function fileNameOf(disposition: string | null): string | null {
  return /filename="([^"]+)"/i.exec(disposition ?? "")?.[1] ?? null;
}

/** Keeps an answer as a file, under the name it gives itself. A plain link could not say who asks. Throws ApiProblem. */
export async function download(
  path: string,
  query: Record<string, string | undefined>,
  otherwise: string,
): Promise<void> {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  const response = await authorizedFetch(new Request(url));
  if (!response.ok) throw ApiProblem.from(response, await response.json().catch(() => null));
  keep(await response.blob(), fileNameOf(response.headers.get("content-disposition")) ?? otherwise);
}

/** Has the browser keep a file. */
export function keep(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // Some browsers read the blob only after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
