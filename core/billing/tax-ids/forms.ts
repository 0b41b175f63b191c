import { checkDigitsOf } from './check-digits.ts'
import { indonesianForm } from './indonesia.ts'

/** EU members by ISO code; Greece writes its ids with EL, and Northern Ireland with XI. */
export const EU_MEMBERS: readonly string[] = [
  ...['AT', 'BE', 'BG', 'HR', 'CY', 'CZ', 'DK', 'EE', 'FI', 'FR', 'DE', 'GR', 'HU', 'IE'],
  ...['IT', 'LV', 'LT', 'LU', 'MT', 'NL', 'PL', 'PT', 'RO', 'SK', 'SI', 'ES', 'SE'],
]

/** Monaco is taxed with France and the Isle of Man with the United Kingdom. */
const TAXED_WITH: Readonly<Record<string, string>> = { MC: 'FR', IM: 'GB' }

export const taxCountry = (country: string): string => TAXED_WITH[country] ?? country

export const vatPrefix = (country: string): string =>
  taxCountry(country) === 'GR' ? 'EL' : taxCountry(country)

/** Upper case, without blanks, dots, hyphens and slashes. */
export const bareTaxId = (text: string): string => text.toUpperCase().replace(/[\s.\-/]/g, '')

/** By which a checked id is known again: "FR:FR11123456782". A change of either makes another one. */
export const taxIdKey = (country: string, taxId: string): string => `${country}:${bareTaxId(taxId)}`

export type TaxIdForm = { fits: true; normal: string } | { fits: false; reason: TaxIdFault }
export type TaxIdFault = 'prefix' | 'form' | 'check_digit' | 'date' | 'province'

/** Formats after the prefix. Where the rule of the check digit is not public or has many forms, only the form is asked. */
const FORMATS: Readonly<Record<string, RegExp>> = {
  AT: /^U\d{8}$/,
  BE: /^[01]\d{9}$/,
  BG: /^\d{9,10}$/,
  CY: /^(?!12)\d{8}[A-Z]$/,
  CZ: /^\d{8,10}$/,
  DE: /^[1-9]\d{8}$/,
  DK: /^\d{8}$/,
  EE: /^\d{9}$/,
  EL: /^\d{9}$/,
  ES: /^[A-Z0-9]\d{7}[A-Z0-9]$/,
  FI: /^\d{8}$/,
  FR: /^[A-HJ-NP-Z0-9]{2}\d{9}$/,
  GB: /^(\d{9}|\d{12}|GD\d{3}|HA\d{3})$/,
  XI: /^(\d{9}|\d{12}|GD\d{3}|HA\d{3})$/,
  HR: /^\d{11}$/,
  HU: /^\d{8}$/,
  IE: /^(\d{7}[A-W][A-I]?|\d[A-Z+*]\d{5}[A-W])$/,
  IT: /^\d{11}$/,
  LT: /^(\d{9}|\d{12})$/,
  LU: /^\d{8}$/,
  LV: /^\d{11}$/,
  MT: /^\d{8}$/,
  NL: /^\d{9}B(?!00)\d{2}$/,
  PL: /^\d{10}$/,
  PT: /^[1-9]\d{8}$/,
  RO: /^[1-9]\d{1,9}$/,
  SE: /^\d{10}01$/,
  SI: /^[1-9]\d{7}$/,
  SK: /^[1-9]\d{9}$/,
  IN: /^\d{2}[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]$/,
}

/** Ids that are written without their country. */
const BARE = ['IN', 'ID']

/** Whether any check of the form is known for this country. */
export const knowsTaxIds = (country: string): boolean => country === 'ID' || vatPrefix(country) in FORMATS

/** Checks form and check digit. An id that fits is no proof: only a register knows whether it exists. */
export function taxIdForm(country: string, text: string): TaxIdForm {
  const bare = bareTaxId(text)
  const prefix = vatPrefix(country)
  if (prefix === 'ID') return indonesianForm(bare)
  // Firms of Northern Ireland may write XI for goods; their services follow the rules of the United Kingdom.
  const own = prefix === 'GB' && bare.startsWith('XI') ? 'XI' : prefix
  const format = FORMATS[own]
  if (!format) return { fits: true, normal: bare }
  const hasPrefix = bare.startsWith(own) && !BARE.includes(own)
  const rest = hasPrefix ? bare.slice(2) : bare
  if (!format.test(rest)) {
    const foreign = /^[A-Z]{2}/.test(bare) && !hasPrefix && bare.slice(0, 2) in FORMATS
    return { fits: false, reason: foreign ? 'prefix' : 'form' }
  }
  if (!checkDigitsOf(own, rest)) return { fits: false, reason: 'check_digit' }
  return { fits: true, normal: BARE.includes(own) ? rest : own + rest }
}
