import { Type } from '../../../sdk/index.ts'
import { sql } from '../../db/index.ts'
import { addDays, type IsoDate } from '../../kernel/index.ts'
import { defineVerb } from '../../records/index.ts'
import { layoutNames, renderInvoicePdf, type DocumentLine, type InvoiceDocument } from '../../render/index.ts'
import { documentParties, type DocumentMeans } from '../documents/keep-document.ts'
import { loadSellers } from '../parties.ts'
import { readLayout } from './change-layout.ts'
import { documentStyle, frozenLayout, Language } from './document-layout.ts'

/** A made-up document of a brand, to see a layout before it is used. Nothing is kept, and no number is taken. */
export const samplePdf = defineVerb(
  {
    permission: 'document_layout.preview',
    audience: ['staff'],
    input: Type.Object({
      brand_id: Type.String(),
      locale: Language,
      /** Otherwise the one that is chosen. */
      layout: Type.Optional(Type.Enum([...layoutNames])),
      kind: Type.Enum(['invoice', 'credit_note', 'quote']),
      /** Enough to see where pages end. */
      lines: Type.Integer({ minimum: 1, maximum: 80 }),
    }),
  },
  async (means: DocumentMeans, { brand_id, locale, layout, kind, lines }, actor): Promise<Buffer> => {
    const chosen = await readLayout(means, { brand_id }, actor)
    const brand = await means.db.get<{ currency: string; zone: string; colour: string | null }>(
      sql`select currency, zone, colour from brands where id = ${brand_id}`,
    )
    const seller = (await loadSellers(means.db, [brand_id], [])).get(brand_id)!
    const t = means.translator(locale)
    const frozen = frozenLayout(chosen, brand!.colour)
    const style = await documentStyle(means.files, { layout: frozen }, locale)
    const made = madeUp(lines, (name) => t(`documents.sample.${name}`))
    const issuedOn = means.business.today(brand!.zone)
    const { addressLines, ...parties } = sampleParties(seller.sellerJson, locale)
    const document: InvoiceDocument = {
      ...{ kind, number: t('documents.sample.number'), currency: brand!.currency, locale },
      ...{ issuedOn, dueOn: addDays(issuedOn, 14), ...parties, ...sums(made) },
      lines: made.map((line) => ({ ...line, ...monthFrom(issuedOn) })),
      ...(kind === 'credit_note' ? { corrects: t('documents.sample.number') } : {}),
      buyer: {
        ...{ name: t('documents.sample.buyer'), company: t('documents.sample.company') },
        ...{ addressLines, country: parties.seller.country ?? 'DE', taxId: 'XX123456789' },
      },
      ...{ pricesIncludeTax: false, notes: t('documents.sample.notes') },
      ...(kind === 'credit_note' ? {} : { payUrl: means.publicUrl }),
    }
    const onMissing = (characters: string) => means.log.warn({ characters }, 'no font has these characters')
    return renderInvoicePdf(document, { t, onMissing, style: layout ? { ...style, layout } : style })
  },
)

/** The buyer lives where the seller does. */
function sampleParties(sellerJson: string, locale: string) {
  const buyer = { name: '', address_1: '', city: '', postcode: '', country: '' }
  const { seller } = documentParties({ seller: sellerJson, buyer: JSON.stringify(buyer) }, locale)
  return { seller, addressLines: seller.addressLines.slice(0, -1) }
}

const monthFrom = (day: IsoDate) => ({ periodStart: day, periodEnd: addDays(day, 30) })

const PRICES = [4900n, 1250n, 800n, 2390n, 350n]
const RATE_PPM = 200_000

function madeUp(count: number, word: (name: string) => string): DocumentLine[] {
  return Array.from({ length: count }, (_, i) => {
    const unitMinor = PRICES[i % PRICES.length]!
    const quantity = 1 + (i % 3)
    const amountMinor = unitMinor * BigInt(quantity)
    const taxMinor = (amountMinor * BigInt(RATE_PPM)) / 1_000_000n
    const money = { unitMinor, amountMinor, netMinor: amountMinor, taxMinor }
    return { description: word(`line_${(i % 3) + 1}`), quantity, taxRatePpm: RATE_PPM, ...money }
  })
}

function sums(lines: readonly DocumentLine[]) {
  const subtotalMinor = lines.reduce((sum, { netMinor }) => sum + netMinor, 0n)
  const taxMinor = lines.reduce((sum, line) => sum + line.taxMinor, 0n)
  const tax = { name: 'VAT', ratePpm: RATE_PPM, netMinor: subtotalMinor, taxMinor }
  return { subtotalMinor, taxMinor, totalMinor: subtotalMinor + taxMinor, taxes: [tax] }
}
