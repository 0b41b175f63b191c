import { Type } from '../../../sdk/index.ts'
import { list, sql, type Queries } from '../../db/index.ts'
import { BerthError, type IsoDate } from '../../kernel/index.ts'
import { defineVerb, readSetting, type Means } from '../../records/index.ts'
import { EInvoiceOff } from '../errors.ts'
import { getInvoice, type Invoice } from '../invoice.ts'
import { eInvoiceMode } from '../settings.ts'
import { buildEInvoice, type EDocument } from './build.ts'
import { checkEInvoice } from './check.ts'
import type { EInvoice, Finding } from './model.ts'
import { writeCii } from './write-cii.ts'
import { writeUbl } from './write-ubl.ts'

export interface EInvoiceFile {
  name: string
  format: 'ubl' | 'cii'
  xml: string
}

export type EInvoiceMode = 'off' | 'offer' | 'require'

/** The structured twin of an issued document, written from what was frozen and checked before it leaves. */
export const readEInvoice = defineVerb(
  {
    permission: 'e_invoice.read',
    audience: ['staff', 'client'],
    input: Type.Object({
      invoice_id: Type.String(),
      format: Type.Optional(Type.Enum(['ubl', 'cii'])),
    }),
  },
  async (means: Means, { invoice_id, format = 'ubl' }, actor): Promise<EInvoiceFile> => {
    const invoice = await getInvoice(means.db, invoice_id, actor)
    if (!isBill(invoice) || (await modeOf(means.db, invoice)) === 'off')
      throw EInvoiceOff({ number: invoice.number ?? invoice.id })
    const model = await modelOf(means.db, invoice)
    const findings = checkEInvoice(model)
    if (findings.length > 0) throw incomplete(invoice.number!, findings)
    const xml = format === 'ubl' ? writeUbl(model) : writeCii(model)
    return { name: `${invoice.number}-${format}.xml`, format, xml }
  },
)

/** Proformas and receipts of deposits are no invoices. */
const isBill = ({ number, kind, proforma }: EDocument): boolean =>
  number !== null && kind !== 'receipt' && proforma === 0

export function modeOf(
  queries: Queries,
  { brand_id, client_id }: { brand_id: string; client_id: string },
): Promise<EInvoiceMode> {
  return readSetting(queries, eInvoiceMode, { brand: brand_id, client: client_id })
}

async function modelOf(queries: Queries, invoice: Invoice): Promise<EInvoice> {
  const corrected = invoice.corrects_id
    ? await queries.get<{ number: string; issued_on: IsoDate }>(
        sql`select number, issued_on from invoices where id = ${invoice.corrects_id}`,
      )
    : undefined
  return buildEInvoice(invoice, corrected ?? null)
}

/** The file that is embedded in the PDF; null where none is wanted, or where the document cannot be told in this model. */
export async function embeddedXml(queries: Queries, invoice: Invoice): Promise<string | null> {
  if (!isBill(invoice) || (await modeOf(queries, invoice)) === 'off') return null
  const model = await modelOf(queries, invoice)
  return checkEInvoice(model).length === 0 ? writeCii(model) : null
}

/**
 * Refuses to issue what could not be told as an e-invoice, where a brand or client demands one: with the fields to fill
 * in. One statement, and none of the work where nobody demands it.
 */
export async function demandEInvoices(queries: Queries, documents: readonly EDocument[]): Promise<void> {
  const ids = documents.flatMap(({ brand_id, client_id }) => [brand_id, client_id])
  const rows = await queries.all<{ scope_id: string; value: string }>(
    sql`select scope_id, value from settings where key = ${eInvoiceMode.key} and scope_id in (${list(['', ...new Set(ids)])})`,
  )
  const modes = new Map(rows.map(({ scope_id, value }) => [scope_id, JSON.parse(value) as EInvoiceMode]))
  if (![...modes.values()].includes('require')) return
  for (const document of documents) {
    const mode = modes.get(document.client_id) ?? modes.get(document.brand_id) ?? modes.get('')
    if (mode !== 'require' || document.kind === 'receipt') continue
    const findings = checkEInvoice(buildEInvoice(document))
    if (findings.length > 0) throw incomplete(document.client_id, findings)
  }
}

/** Every rule that is broken, at the field that has to change. */
function incomplete(name: string, findings: readonly Finding[]): BerthError {
  const told = findings.map(({ rule, field, problem }) => `${field} ${problem} (${rule})`)
  const fields = Object.fromEntries(
    findings.map(({ rule, field, problem }) => [field, `${problem} (${rule})`]),
  )
  return new BerthError(
    'e_invoice.incomplete',
    422,
    `No e-invoice can be made of ${name}: ${told.join('; ')}.`,
    {
      fields,
      params: { name, fields },
    },
  )
}
