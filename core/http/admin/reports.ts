import { reportCsv } from '../../reports/index.ts'
import type { Asked, Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { wantedOf } from './views/books/asked-days.ts'
import { documentsPage, queryOf, reportOf, reportPage, reportsPage } from './views/books/reports.ts'

export const reports: Section = {
  files: [{ path: '/reports/:report.csv', permission: 'report.read', send: sendCsv }],
  pages: [
    { path: '/reports', permission: 'report.read', draw: reportsPage },
    { path: '/reports/:report', permission: 'report.read', draw: reportPage },
    { path: '/reports/:report/documents', permission: 'report.read', draw: documentsPage },
  ],
}

async function sendCsv(desk: Desk, asked: Asked) {
  const report = reportOf(asked)
  const wanted = wantedOf(desk, asked)
  const rows = await report.rows(desk.means.db, queryOf(desk, wanted))
  const name = `${report.key}-${report.oneDay ? wanted.to : `${wanted.from}-${wanted.to}`}.csv`
  return { name, type: 'text/csv; charset=utf-8', body: reportCsv(report, rows) }
}
