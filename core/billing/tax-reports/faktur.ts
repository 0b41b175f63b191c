import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { findReachableSeller } from '../../brands/index.ts'
import { list, sql, type Queries } from '../../db/index.ts'
import { invalidInput, type Actor, type IsoDate } from '../../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../../records/index.ts'
import { writeXml, type Element } from '../e-invoice/xml.ts'
import { FakturNumberTaken } from '../errors.ts'
import type { InvoiceLineRow } from '../invoice.ts'
import { nitku, taxIdForm } from '../tax-ids/index.ts'
import { planFaktur, type Faktur, type FakturLine, type FakturProblem } from './faktur-rows.ts'

const Month = { seller_id: Type.String(), month: Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])$' }) }

export interface ListedFaktur {
  id: string
  number: string
  issued_on: IsoDate
  tax_minor: bigint
  /** 17 digits, given by Coretax when the upload was approved. */
  faktur_number: string | null
  faktur: Faktur | null
  problem: FakturProblem | null
}

/** The taxed documents of a month in rupiah, each with what the file says of it or why it is not in it. */
export const listFakturs = defineVerb(
  { permission: 'faktur.list', audience: ['staff'], input: Type.Object(Month) },
  (means: Means, input, actor): Promise<ListedFaktur[]> => fakturs(means.db, input, actor),
)

/** The file for the bulk upload to Coretax, due by the 20th of the following month. */
export const exportFakturs = defineVerb(
  { permission: 'faktur.export', audience: ['staff'], input: Type.Object(Month) },
  async (means: Means, input, actor): Promise<{ name: string; xml: string }> => {
    const seller = await findReachableSeller(means.db, actor, input.seller_id)
    const own = taxIdForm('ID', seller.tax_id ?? '')
    if (seller.country !== 'ID' || !own.fits)
      throw invalidInput({ seller_id: 'needs an NPWP of 15 or 16 digits as its tax id' })
    const ready = (await fakturs(means.db, input, actor)).flatMap(({ faktur }) => (faktur ? [faktur] : []))
    if (ready.length === 0) throw invalidInput({ month: 'has no document that fits into the file' })
    return { name: `faktur-${input.month}.xml`, xml: writeBulk(own.normal, ready) }
  },
)

/** Writes down the number that the tax office has given. A document has one, and a number stands for one document. */
export const setFakturNumber = defineVerb(
  {
    permission: 'faktur.set_number',
    asksNobody: 'it notes a number that an authority gave',
    audience: ['staff'],
    input: Type.Object({ invoice_id: Type.String(), number: Type.String({ pattern: '^\\d{17}$' }) }),
  },
  async (means: Means, { invoice_id, number }, actor): Promise<void> => {
    const invoice = await findRow<{ id: string; brand_id: string; client_id: string }>(means.db, actor, {
      ...{ table: 'invoices', what: 'invoice', id: invoice_id },
    })
    await means.db.transaction(async (trx) => {
      const taken = await trx.get<{ invoice_id: string; number: string }>(
        sql`select invoice_id, number from faktur_numbers where number = ${number} or invoice_id = ${invoice.id}`,
      )
      if (taken?.invoice_id === invoice.id && taken.number === number) return
      if (taken) throw FakturNumberTaken({ number: taken.number, invoice: taken.invoice_id })
      const now = means.business.now()
      await trx.insert('faktur_numbers', [
        { invoice_id: invoice.id, number, entered_by: actor.id, entered_at: now },
      ])
      const scope = { subject: invoice.id, brandId: invoice.brand_id, clientId: invoice.client_id }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'faktur.set_number', after: { number } }])
    })
  },
)

type Found = Omit<ListedFaktur, 'faktur' | 'problem'> & { buyer: string }

async function fakturs(
  queries: Queries,
  { seller_id, month }: { seller_id: string; month: string },
  actor: Actor,
): Promise<ListedFaktur[]> {
  await findReachableSeller(queries, actor, seller_id)
  const rows = await queries.all<Found>(sql`
    select i.id, i.number, i.issued_on, i.tax_minor, i.buyer, f.number as faktur_number
    from invoices i left join faktur_numbers f on f.invoice_id = i.id
    where i.seller_id = ${seller_id} and i.kind = 'invoice' and i.proforma = 0 and i.status <> 'void' and i.number is not null and i.currency = 'IDR'
      and i.issued_on >= ${`${month}-01`} and i.issued_on <= ${`${month}-31`}
      and exists (select 1 from invoice_taxes t where t.invoice_id = i.id and t.treatment = 'standard' and t.rate_ppm > 0)
    order by i.number`)
  const lines = await queries.all<InvoiceLineRow>(
    sql`select * from invoice_lines where invoice_id in (${list(rows.map(({ id }) => id))}) order by position`,
  )
  const byInvoice = Map.groupBy(lines, ({ invoice_id }) => invoice_id)
  return rows.map(({ buyer, ...row }) => {
    const planned = planFaktur({ ...row, buyer, lines: byInvoice.get(row.id) ?? [] })
    return 'faktur' in planned
      ? { ...row, faktur: planned.faktur, problem: null }
      : { ...row, faktur: null, problem: planned.problem }
  })
}

/** Elements and their spelling are those of the schema TaxInvoice.xsd. */
function writeBulk(tin: string, fakturs: readonly Faktur[]): string {
  return writeXml([
    'TaxInvoiceBulk',
    [
      ['TIN', tin],
      ['ListOfTaxInvoice', fakturs.map((faktur) => taxInvoice(tin, faktur))],
    ],
  ])
}

function taxInvoice(tin: string, { date, code, reference, buyer, lines }: Faktur): Element {
  const empty = ['AddInfo', 'CustomDoc', 'CustomDocMonthYear'].map((name): Element => [name, ''])
  return [
    'TaxInvoice',
    [
      ['TaxInvoiceDate', date],
      ['TaxInvoiceOpt', 'Normal'],
      ['TrxCode', code],
      ...empty,
      ['RefDesc', reference],
      ['FacilityStamp', ''],
      ['SellerIDTKU', nitku(tin)],
      ['BuyerTin', buyer.tin],
      ['BuyerDocument', buyer.document],
      ['BuyerCountry', 'IDN'],
      ['BuyerDocumentNumber', buyer.documentNumber],
      ['BuyerName', buyer.name],
      ['BuyerAdress', buyer.address],
      ['BuyerEmail', buyer.email],
      ['BuyerIDTKU', buyer.idTku],
      ['ListOfGoodService', lines.map(goodService)],
    ],
  ]
}

/** A service without a code of its own. */
const SERVICE = { opt: 'B', code: '000000', unit: 'UM.0018' }

function goodService(line: FakturLine): Element {
  return [
    'GoodService',
    [
      ['Opt', SERVICE.opt],
      ['Code', SERVICE.code],
      ['Name', line.name],
      ['Unit', SERVICE.unit],
      ['Price', line.price],
      ['Qty', String(line.quantity)],
      ['TotalDiscount', '0'],
      ['TaxBase', String(line.taxBase)],
      ['OtherTaxBase', String(line.otherTaxBase)],
      ['VATRate', String(line.ratePercent)],
      ['VAT', String(line.vat)],
      ['STLGRate', '0'],
      ['STLG', '0'],
    ],
  ]
}
