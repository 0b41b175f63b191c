import {
  readStatement,
  sendStatement,
  statementCsv,
  statementName,
  statementPdf,
} from '../../billing/index.ts'
import { url } from '../../render/index.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { daysOf, statementPage } from './views/statement.ts'

export const statements: Section = {
  pages: [{ path: '/clients/:id/statement', permission: 'statement.read', draw: statementPage }],
  files: [
    { path: '/clients/:id/statement.pdf', permission: 'statement.read', send: pdf },
    { path: '/clients/:id/statement.csv', permission: 'statement.read', send: csv },
  ],
  acts: [
    { path: '/clients/:id/statement/send', permission: 'statement.send', again: statementPage, act: send },
  ],
}

const read = (desk: Desk, asked: Asked) =>
  readStatement(desk.means, { client_id: asked.params.id, ...daysOf(desk, asked) }, desk.actor)

async function pdf(desk: Desk, asked: Asked) {
  const statement = await read(desk, asked)
  const body = await statementPdf(desk.means, statement, { t: desk.t, locale: desk.locale })
  return { name: statementName(statement), type: 'application/pdf', body }
}

async function csv(desk: Desk, asked: Asked) {
  const statement = await read(desk, asked)
  const name = statementName(statement).replace('.pdf', '.csv')
  return { name, type: 'text/csv; charset=utf-8', body: statementCsv(statement) }
}

async function send({ means, actor, t }: Desk, { form, params }: Asked) {
  const days = { from: textOf(form, 'from'), to: textOf(form, 'to') }
  const translator = (locale: string) => means.messages.translator(locale)
  await sendStatement({ ...means, translator }, { client_id: params.id, ...days }, actor)
  return { href: url(`/admin/clients/${params.id!}/statement`, days), message: t('admin.statements.sent') }
}
