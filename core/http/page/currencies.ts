/** Currencies by ISO 4217 code, named in the reader's language, for a select; in the order given. */
export function currencyOptions(
  codes: readonly string[],
  locale: string,
): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(locale, { type: 'currency' })
  return codes.map((value) => ({ value, label: `${value} · ${names.of(value) ?? value}` }))
}
