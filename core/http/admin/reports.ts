import { pluginReportCsv, reportCsv } from '../../reports/index.ts'
import type { Asked, Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { wantedOf } from './views/books/asked-days.ts'
import { pluginReportPage, pluginTableOf } from './views/books/plugin-report.ts'
import { documentsPage, queryOf, reportOf, reportPage, reportsPage } from './views/books/reports.ts'

export const reports: Section = {
  files: [
    { path: '/reports/:report.csv', permission: 'report.read', send: sendCsv },
    { path: '/reports/plugins/:instance/:report.csv', permission: 'report.read', send: sendPluginCsv },
  ],
  pages: [
    { path: '/reports', permission: 'report.read', draw: reportsPage },
    { path: '/reports/:report', permission: 'report.read', draw: reportPage },
    { path: '/reports/:report/documents', permission: 'report.read', draw: documentsPage },
    { path: '/reports/plugins/:instance/:report', permission: 'report.read', draw: pluginReportPage },
  ],
}

async function sendCsv(desk: Desk, asked: Asked) {
  const report = reportOf(asked)
  const wanted = wantedOf(desk, asked)
  const rows = await report.rows(desk.means.db, queryOf(desk, wanted))
  const name = `${report.key}-${report.oneDay ? wanted.to : `${wanted.from}-${wanted.to}`}.csv`
  return { name, type: 'text/csv; charset=utf-8', body: reportCsv(report, rows) }
}

async function sendPluginCsv(desk: Desk, asked: Asked) {
  const { from, to } = wantedOf(desk, asked)
  const name = `${asked.params.report!}-${from}-${to}.csv`
  return { name, type: 'text/csv; charset=utf-8', body: pluginReportCsv(await pluginTableOf(desk, asked)) }
}
