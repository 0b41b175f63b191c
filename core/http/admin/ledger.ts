import { toDecimal } from '../../../sdk/index.ts'
import { closeMonth, reopenMonth } from '../../billing/index.ts'
import {
  csv,
  exportCsv,
  exportLedger,
  journalsCsv,
  setAccountCode,
  writeDocuments,
} from '../../reports/index.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { accountPage } from './views/books/account.ts'
import { accountsPage, trialPage, trialRows } from './views/books/accounts.ts'
import { wantedOf } from './views/books/asked-days.ts'
import { exportsPage } from './views/books/exports.ts'
import { monthsPage, reopenPage } from './views/books/months.ts'
import { journalList, journalPage } from './views/ledger.ts'

const CSV = 'text/csv; charset=utf-8'

export const ledger: Section = {
  pages: [
    { path: '/ledger', permission: 'ledger.read', draw: accountsPage },
    { path: '/ledger/account', permission: 'ledger.read', draw: accountPage },
    { path: '/ledger/trial-balance', permission: 'ledger.read', draw: trialPage },
    { path: '/ledger/journals', permission: 'ledger.read', draw: journalList },
    { path: '/ledger/journals/:id', permission: 'ledger.read', draw: journalPage },
    { path: '/ledger/months', permission: 'ledger.read', draw: monthsPage },
    {
      path: '/ledger/months/:id/reopen',
      permission: 'ledger_month.reopen',
      draw: reopenPage,
      confirmed: true,
    },
    { path: '/ledger/exports', permission: 'ledger.read', draw: exportsPage },
  ],
  files: [
    { path: '/ledger/trial-balance.csv', permission: 'ledger.read', send: sendTrial },
    { path: '/ledger/journals.csv', permission: 'ledger.read', send: sendJournals },
    { path: '/ledger/documents', permission: 'ledger.write_documents', send: sendDocuments },
    { path: '/ledger/exports/:id.csv', permission: 'ledger.read', send: sendExport },
  ],
  acts: [
    { path: '/ledger/months', permission: 'ledger_month.close', again: monthsPage, act: close },
    {
      path: '/ledger/months/:id/reopen',
      permission: 'ledger_month.reopen',
      again: reopenPage,
      confirmed: true,
      act: reopen,
    },
    { path: '/ledger/exports', permission: 'ledger.export', again: exportsPage, act: hand },
    { path: '/ledger/codes', permission: 'ledger.set_code', again: exportsPage, act: setCode },
  ],
}

async function close({ means, actor, t }: Desk, { form }: Asked) {
  const input = { brand_id: textOf(form, 'brand_id'), month: textOf(form, 'month') }
  const { month } = await closeMonth(means, input, actor)
  return { href: '/admin/ledger/months', message: t('books.months.done', { month }) }
}

async function reopen({ means, actor, t }: Desk, { params, form }: Asked) {
  const input = { ledger_month_id: params.id, reason: textOf(form, 'reason') }
  const { month } = await reopenMonth(means, input, actor)
  return { href: '/admin/ledger/months', message: t('books.reopen.done', { month }) }
}

async function hand({ means, actor, t }: Desk, { form }: Asked) {
  const input = { brand_id: textOf(form, 'brand_id'), from: textOf(form, 'from'), to: textOf(form, 'to') }
  const { journals } = await exportLedger(means, input, actor)
  return { href: '/admin/ledger/exports', message: t('books.exports.handed', { count: journals }) }
}

async function setCode({ means, actor, t }: Desk, { form }: Asked) {
  const account = textOf(form, 'account')
  const input = { seller_id: textOf(form, 'seller_id'), account, code: textOf(form, 'code') }
  await setAccountCode(means, input, actor)
  return { href: '/admin/ledger/exports', message: t('books.codes.done', { account }) }
}

async function sendExport({ means, actor }: Desk, { params }: Asked) {
  const id = params.id!
  return { name: `ledger-${id}.csv`, type: CSV, body: await exportCsv(means.db, actor, id) }
}

/** By the exporter and format that the form offers, as "instance format". */
async function sendDocuments({ means, actor }: Desk, { query }: Asked) {
  const [instance_id = '', format = ''] = (query.format ?? '').split(' ')
  const days = { from: query.from ?? '', to: query.to ?? '', brand_id: query.brand || null }
  const { name, type, text } = await writeDocuments(means, { instance_id, format, ...days }, actor)
  return { name, type, body: text }
}

async function sendJournals(desk: Desk, asked: Asked) {
  const wanted = wantedOf(desk, asked)
  const body = await journalsCsv(desk.means.db, desk.actor, wanted)
  return { name: `journals-${wanted.from}-${wanted.to}.csv`, type: CSV, body }
}

async function sendTrial(desk: Desk, asked: Asked) {
  const wanted = wantedOf(desk, asked)
  const rows = await trialRows(desk, wanted)
  const lines = rows.map((row) => [
    ...[row.account, row.brand_id, row.currency],
    ...[row.opening_minor, row.debit_minor, row.credit_minor, row.balance_minor].map((minor) =>
      toDecimal({ minor, currency: row.currency }),
    ),
  ])
  const head = ['account', 'brand_id', 'currency', 'opening', 'debit', 'credit', 'closing']
  return { name: `trial-balance-${wanted.from}-${wanted.to}.csv`, type: CSV, body: csv([head, ...lines]) }
}
