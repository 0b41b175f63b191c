import { movementName, readStatement, type Statement } from '../../../billing/index.ts'
import { url } from '../../../render/index.ts'
import type { MessageParams } from '../../../i18n/index.ts'
import { inMoney, type Block, type PageView } from '../blocks.ts'
import { formParts, textOf, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'

/** From the first day of the year to today, unless other days are asked for. */
export function daysOf({ today }: Pick<Desk, 'today'>, asked: Asked): { from: string; to: string } {
  const typed = (name: string) => asked.query[name] ?? textOf(asked.form, name)
  return { from: typed('from') || `${today.slice(0, 4)}-01-01`, to: typed('to') || today }
}

const SHOWN_MAX = 1_000

export async function statementPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const days = daysOf(desk, asked)
  const statement = await readStatement(means, { client_id: asked.params.id, ...days }, desk.actor)
  const { currency } = statement
  const at = `/admin/clients/${statement.clientId}`
  const title = t('documents.statement.title')
  const word = (name: string) => t(`documents.statement.${name}`)
  return {
    head: {
      title,
      crumbs: [
        { label: t('admin.clients.title'), href: '/admin/clients' },
        { label: statement.name, href: at },
        { label: title },
      ],
      actions: [
        { label: word('pdf'), href: url(`${at}/statement.pdf`, days), icon: 'download', plain: true },
        { label: word('csv'), href: url(`${at}/statement.csv`, days), icon: 'download', plain: true },
      ],
    },
    main: [
      {
        kind: 'form',
        id: 'statement-days',
        method: 'get',
        action: `${at}/statement`,
        inline: true,
        keys: {},
        fields: (['from', 'to'] as const).map((name) => ({
          ...{ kind: 'date', name, label: word(name), value: days[name] },
        })),
        submit: { label: word('show'), kind: 'secondary' },
      },
      {
        kind: 'stats',
        id: 'statement-balances',
        items: [
          { label: word('opening'), value: inMoney(statement.openingMinor, currency) },
          { label: word('closing'), value: inMoney(statement.closingMinor, currency) },
        ],
      },
      entriesTable(desk, statement),
      ...(allowed(desk, 'statement.send') ? [sendForm(desk, asked, days)] : []),
    ],
  }
}

function entriesTable(desk: Desk, { entries, currency, from, to }: Statement): Block {
  const word = (name: string, params?: MessageParams) => desk.t(`documents.statement.${name}`, params)
  return {
    kind: 'table',
    id: 'statement-entries',
    title: word('period', { from, to }),
    columns: [
      { label: word('what'), phone: 'title' },
      { label: word('on') },
      { label: word('reference') },
      { label: word('amount'), align: 'end', phone: 'side' },
      { label: word('balance'), align: 'end' },
    ],
    rows: entries.slice(-SHOWN_MAX).map((entry) => ({
      id: `row-${entry.journalId}`,
      href: `/admin/ledger/journals/${entry.journalId}`,
      label: word(`kind.${movementName(entry.kind)}`),
      cells: [
        word(`kind.${movementName(entry.kind)}`),
        { day: entry.on },
        entry.reference,
        inMoney(entry.amountMinor, currency),
        inMoney(entry.balanceMinor, currency),
      ],
    })),
    empty: { icon: 'book', title: word('none') },
  }
}

const sendForm = (desk: Desk, asked: Asked, days: { from: string; to: string }): Block => ({
  ...{ kind: 'form', id: 'statement-send', inline: true },
  action: `${asked.path.replace(/\/send$/, '')}/send`,
  fields: (['from', 'to'] as const).map((name) => ({
    ...{ kind: 'hidden', name, label: '', value: days[name] },
  })),
  submit: { label: desk.t('admin.statements.send'), kind: 'secondary', icon: 'mail' },
  ...formParts(desk, asked),
})
