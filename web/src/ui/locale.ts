let chosen: string | null = null;

/** In which language dates are written below: a person's own, or with null the browser's. The words stay English. */
export function writeDatesIn(locale: string | null): void {
  chosen = locale;
}

/** As `Intl` takes it. */
export function locale(): string {
  return chosen ?? navigator.language;
}
