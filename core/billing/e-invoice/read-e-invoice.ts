import { Type } from '../../../sdk/index.ts'
import { list, sql, type Queries } from '../../db/index.ts'
import { BerthError, type IsoDate } from '../../kernel/index.ts'
import { defineVerb, readSetting, type Means } from '../../records/index.ts'
import { EInvoiceOff } from '../errors.ts'
import { getInvoice, type Invoice } from '../invoice.ts'
import { eInvoiceMode, eInvoiceStandard } from '../settings.ts'
import { buildEInvoice, type EDocument } from './build.ts'
import { checkEInvoice } from './check.ts'
import { checkXRechnung } from './check-xrechnung.ts'
import type { EInvoice, EInvoiceStandard, Finding } from './model.ts'
import { writeCii } from './write-cii.ts'
import { writeUbl } from './write-ubl.ts'

export interface EInvoiceFile {
  name: string
  format: 'ubl' | 'cii' | 'xrechnung'
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
      /** Without: UBL by the standard of the client. */
      format: Type.Optional(Type.Enum(['ubl', 'cii', 'xrechnung'])),
    }),
  },
  async (means: Means, { invoice_id, format: asked }, actor): Promise<EInvoiceFile> => {
    const invoice = await getInvoice(means.db, invoice_id, actor)
    if (!isBill(invoice) || (await modeOf(means.db, invoice)) === 'off')
      throw EInvoiceOff({ number: invoice.number ?? invoice.id })
    const format = asked ?? FORMATS[await standardOf(means.db, invoice)]
    const model = await modelOf(means.db, invoice)
    const standard = format === 'xrechnung' ? 'xrechnung' : 'en16931'
    const findings = CHECKS[standard](model)
    if (findings.length > 0) throw incomplete(invoice.number!, findings)
    const xml = format === 'cii' ? writeCii(model) : writeUbl(model, standard)
    return { name: `${invoice.number}-${format}.xml`, format, xml }
  },
)

const CHECKS = { en16931: checkEInvoice, xrechnung: checkXRechnung } as const
const FORMATS = { en16931: 'ubl', xrechnung: 'xrechnung' } as const

const standardOf = (queries: Queries, { brand_id, client_id }: EDocument): Promise<EInvoiceStandard> =>
  readSetting(queries, eInvoiceStandard, { brand: brand_id, client: client_id })

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
  const rows = await queries.all<{ key: string; scope_id: string; value: string }>(sql`
    select key, scope_id, value from settings where key in (${list([eInvoiceMode.key, eInvoiceStandard.key])})
    and scope_id in (${list(['', ...new Set(ids)])})`)
  const stored = new Map(rows.map((row) => [`${row.key} ${row.scope_id}`, JSON.parse(row.value) as string]))
  if (!rows.some((row) => row.key === eInvoiceMode.key && JSON.parse(row.value) === 'require')) return
  for (const document of documents) {
    const say = ({ key }: { key: string }) =>
      [document.client_id, document.brand_id, ''].map((id) => stored.get(`${key} ${id}`)).find(Boolean)
    if (say(eInvoiceMode) !== 'require' || document.kind === 'receipt') continue
    const check = CHECKS[(say(eInvoiceStandard) ?? eInvoiceStandard.preset) as EInvoiceStandard]
    const findings = check(buildEInvoice(document))
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
      params: { name, fields, told: told.join('; ') },
    },
  )
}
