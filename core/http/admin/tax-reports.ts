import { toDecimal } from '../../../sdk/index.ts'
import { listSellers } from '../../brands/index.ts'
import {
  exportFakturs,
  notePlaceEvidence,
  readOssReport,
  RETURN_CURRENCY,
  setFakturNumber,
} from '../../billing/index.ts'
import { sql } from '../../db/index.ts'
import { url } from '../../render/index.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { ossDocumentsPage } from './views/oss-documents.ts'
import { ossPage, quarterAsked } from './views/oss.ts'
import { fakturPage } from './views/tax-faktur.ts'
import { evidencePage } from './views/tax-evidence.ts'

/** One-stop shop and the place of supply. */
export const taxReports: Section = {
  pages: [
    { path: '/tax/oss', permission: 'tax_report.oss', draw: ossPage },
    { path: '/tax/oss/documents', permission: 'tax_report.oss_documents', draw: ossDocumentsPage },
    { path: '/tax/evidence', permission: 'place_evidence.list', draw: evidencePage },
    { path: '/tax/faktur', permission: 'faktur.list', draw: fakturPage },
  ],
  files: [
    { path: '/tax/oss.csv', permission: 'tax_report.oss', send: sendOss },
    { path: '/tax/faktur.xml', permission: 'faktur.export', send: sendFaktur },
  ],
  acts: [
    { path: '/tax/evidence', permission: 'place_evidence.note', again: evidencePage, act: noteEvidence },
    { path: '/tax/faktur', permission: 'faktur.set_number', again: fakturPage, act: keepNumber },
  ],
}

/** For machines: plain decimals, one line for each figure. */
async function sendOss(desk: Desk, asked: Asked) {
  const { means, actor } = desk
  const wanted = quarterAsked(desk, asked, await listSellers(means, {}, actor))
  const rows = await readOssReport(means, wanted, actor)
  const amount = (minor: bigint, currency: string) => toDecimal({ minor, currency })
  const lines = rows.map((row) =>
    [
      ...[row.country, 'STANDARD', (row.ratePpm / 10_000).toFixed(2), row.currency],
      ...[amount(row.netMinor, row.currency), amount(row.taxMinor, row.currency), row.corrects ?? ''],
      RETURN_CURRENCY,
      ...(row.inReturn
        ? [row.inReturn.netMinor, row.inReturn.taxMinor].map((minor) => amount(minor, RETURN_CURRENCY))
        : ['', '']),
      ...[row.inReturn?.rate ?? '', row.inReturn?.rateOn ?? ''],
    ].join(','),
  )
  const head =
    'member_state,rate_type,rate,currency,taxable_amount,vat_amount,corrects_period,' +
    'return_currency,return_taxable_amount,return_vat_amount,exchange_rate,exchange_rate_on'
  return {
    name: `OSS-${wanted.year}-Q${wanted.quarter}.csv`,
    type: 'text/csv; charset=utf-8',
    body: `${[head, ...lines].join('\r\n')}\r\n`,
  }
}

async function noteEvidence({ means, actor, t }: Desk, { form }: Asked) {
  const client_id = textOf(form, 'client_id')
  const input = {
    ...{ client_id, kind: textOf(form, 'evidence_kind') },
    ...{ country: textOf(form, 'country').toUpperCase(), source: textOf(form, 'source') },
  }
  await notePlaceEvidence(means, input, actor)
  return { href: `/admin/tax/evidence?client=${client_id}`, message: t('tax.done.evidence') }
}

async function sendFaktur({ means, actor }: Desk, { query }: Asked) {
  const { name, xml } = await exportFakturs(means, { seller_id: query.seller_id, month: query.month }, actor)
  return { name, type: 'application/xml', body: xml }
}

/** An invoice is named by its id or, as people do, by its number. */
async function keepNumber({ means, actor, t }: Desk, { form }: Asked) {
  const named = textOf(form, 'invoice_id')
  const row = await means.db.get<{ id: string; issued_on: string; seller_id: string }>(
    sql`select id, issued_on, seller_id from invoices where id = ${named} or number = ${named} order by id limit 1`,
  )
  await setFakturNumber(means, { invoice_id: row?.id ?? named, number: textOf(form, 'number') }, actor)
  const month = { seller_id: row?.seller_id ?? '', month: row?.issued_on.slice(0, 7) ?? '' }
  return { href: url('/admin/tax/faktur', month), message: t('tax.faktur.kept') }
}
