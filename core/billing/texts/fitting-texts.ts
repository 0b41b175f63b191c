/** A text that documents of a brand carry when it fits: a note, or what the law wants said. */
export interface DocumentText {
  kind: 'any' | 'invoice' | 'credit_note'
  /** Of the buyer; null: any. */
  country: string | null
  situation: 'any' | 'taxed' | 'untaxed' | 'exempt'
  /** Language of the document, "de" also for de-AT; null: any. */
  locale: string | null
  body: string
}

export interface TextedDocument {
  kind: string
  buyer: { country: string; tax_exempt: number; locale: string }
  taxMinor: bigint
}

/** Pure: the texts of a document in their order. */
export function fittingTexts(texts: readonly DocumentText[], document: TextedDocument): string[] {
  return texts.filter((text) => fits(text, document)).map(({ body }) => body)
}

function fits(text: DocumentText, { kind, buyer, taxMinor }: TextedDocument): boolean {
  if (text.kind !== 'any' && text.kind !== kind) return false
  if (text.country !== null && text.country !== buyer.country) return false
  if (text.locale !== null && !speaks(buyer.locale, text.locale)) return false
  switch (text.situation) {
    case 'any':
      return true
    case 'taxed':
      return taxMinor !== 0n
    case 'untaxed':
      return taxMinor === 0n && buyer.tax_exempt === 0
    case 'exempt':
      return buyer.tax_exempt === 1
  }
}

const speaks = (locale: string, language: string): boolean =>
  locale === language || locale.startsWith(`${language}-`)
