/** Calling codes of the member states and their neighbours that name one country each. */
const CODES: Readonly<Record<string, string>> = {
  ...{ 30: 'GR', 31: 'NL', 32: 'BE', 33: 'FR', 34: 'ES', 36: 'HU', 39: 'IT', 40: 'RO', 41: 'CH', 43: 'AT' },
  ...{ 44: 'GB', 45: 'DK', 46: 'SE', 47: 'NO', 48: 'PL', 49: 'DE', 351: 'PT', 352: 'LU', 353: 'IE' },
  ...{ 354: 'IS', 356: 'MT', 357: 'CY', 358: 'FI', 359: 'BG', 370: 'LT', 371: 'LV', 372: 'EE', 377: 'MC' },
  ...{ 385: 'HR', 386: 'SI', 420: 'CZ', 421: 'SK', 423: 'LI' },
}

/** "+49 40 …" and "0049 40 …" are of Germany; null for a number without a calling code, or one of many countries. */
export function countryOfPhone(phone: string): string | null {
  const digits = phone.replace(/[^\d+]/g, '').replace(/^00/, '+')
  if (!digits.startsWith('+')) return null
  return CODES[digits.slice(1, 4)] ?? CODES[digits.slice(1, 3)] ?? null
}
