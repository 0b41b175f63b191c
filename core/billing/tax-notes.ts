import type { Translate } from '../i18n/index.ts'
import { accountingStatement } from './accounting-tax.ts'
import type { RoundingPlace, TaxRate } from './tax.ts'

/** Said on a document because the law wants it: a sentence as it stood in the rule, or the certificate that was used. */
export type TaxNote = { text: string } | { certificate: { number: string; authority: string } }

const FALLBACK = 'en'

/** Each sentence once, in the document's language; frozen with the document. */
export function noteTaxes(lines: readonly { taxes: readonly TaxRate[] }[], locale: string): TaxNote[] {
  const texts = new Set<string>()
  const certificates = new Map<string, TaxNote>()
  for (const { notes, certificate } of lines.flatMap(({ taxes }) => taxes)) {
    const text = notes && inLanguage(notes, locale)
    if (text) texts.add(text)
    if (certificate) certificates.set(`${certificate.authority} ${certificate.number}`, { certificate })
  }
  return [...[...texts].map((text) => ({ text })), ...certificates.values()]
}

function inLanguage(notes: Readonly<Record<string, string>>, locale: string): string | undefined {
  return notes[locale] ?? notes[locale.split('-')[0]!] ?? notes[FALLBACK] ?? Object.values(notes)[0]
}

/**
 * The notes of an issued document as sentences, where its tax was rounded when that is not once for each rate, and its
 * tax in the currency of the seller's books.
 */
export function taxStatements(
  document: { tax_notes: string | null; tax_rounding: RoundingPlace; accounting_tax: string | null },
  t: Translate,
  locale: string,
): string[] {
  const notes = document.tax_notes ? (JSON.parse(document.tax_notes) as TaxNote[]) : []
  return [
    ...notes.map((note) => ('text' in note ? note.text : t('pdf.certificate', note.certificate))),
    ...(document.tax_rounding === 'line' ? [t('pdf.rounded_by_line')] : []),
    ...accountingStatement(document, t, locale),
  ]
}
