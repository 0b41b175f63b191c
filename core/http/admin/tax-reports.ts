import { toDecimal } from '../../../sdk/index.ts'
import { listSellers } from '../../brands/index.ts'
import { notePlaceEvidence, readOssReport } from '../../billing/index.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { evidencePage, ossDocumentsPage, ossPage, quarterAsked } from './views/tax-reports.ts'

/** One-stop shop and the place of supply. */
export const taxReports: Section = {
  pages: [
    { path: '/tax/oss', permission: 'tax_report.oss', draw: ossPage },
    { path: '/tax/oss/documents', permission: 'tax_report.oss_documents', draw: ossDocumentsPage },
    { path: '/tax/evidence', permission: 'place_evidence.list', draw: evidencePage },
  ],
  files: [{ path: '/tax/oss.csv', permission: 'tax_report.oss', send: sendOss }],
  acts: [
    { path: '/tax/evidence', permission: 'place_evidence.note', again: evidencePage, act: noteEvidence },
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
    ].join(','),
  )
  const head = 'member_state,rate_type,rate,currency,taxable_amount,vat_amount,corrects_period'
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
