import { ApiProblem } from "../api/problem";

/** What the service says is wrong with one field of a form, by its JSON pointer (`/email`); null where nothing is. */
export function errorOf(error: unknown, pointer: string): string | null {
  if (!(error instanceof ApiProblem)) return null;
  const found = error.fields[pointer];
  return found ? found.charAt(0).toUpperCase() + found.slice(1) : null;
}

/** What a form must say beside its fields: all that is wrong and stands at none of them. */
export function errorBeside(error: unknown, pointers: readonly string[]): string | null {
  if (error === null || error === undefined) return null;
  if (!(error instanceof ApiProblem))
    return "Something went wrong. Please try again; what you entered is still here.";
  const named = Object.keys(error.fields);
  return named.length > 0 && named.every((pointer) => pointers.includes(pointer)) ? null : error.message;
}
