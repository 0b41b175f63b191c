import { waitingLetters, type LetterRow, type WaitingLetter } from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import type { IsoDate } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { url } from '../../../render/index.ts'
import type { Block, Button, MenuItem, PageView } from '../blocks.ts'
import { clientLink, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { listPage } from './list-page.ts'

type Listed = LetterRow & { number: string; issued_on: IsoDate; client_name: string; person: string | null }

const TONES = { waiting: 'warn', posted: 'good', dropped: 'off' } as const

/** What is to be posted: one file to print, then one act that says it was posted. Below it all letters there were. */
export async function letterList(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const l = labeller(desk)
  const waiting = await waitingLetters(means.db, actor, null)
  const states = (['waiting', 'posted', 'dropped'] as const).map((value) => ({
    ...{ value, label: t(`admin.letters.state.${value}`), where: sql`l.status = ${value}` },
  }))
  return listPage<Listed>(desk, asked, {
    ...{ noun: 'letters', path: '/admin/letters', icon: 'mail' },
    listing: {
      columns: sql`l.*, i.number, i.issued_on, coalesce(c.company, c.name) as client_name, u.name as person`,
      from: sql`from letters l join invoices i on i.id = l.invoice_id join clients c on c.id = l.client_id
        left join users u on u.id = l.posted_by`,
      where: [scoped(actor, { table: 'l' })],
      key: sql`l.id`,
    },
    searchIn: [sql`i.number`, sql`c.name`, sql`c.company`],
    filters: { client: sql`l.client_id` },
    tabs: [...states, { value: 'all', label: t('admin.tab.all') }],
    before: [toPost(desk, asked, waiting)],
    columns: [
      { label: l('number'), phone: 'title' },
      { label: l('client') },
      { label: l('issued_on') },
      { label: t('admin.letters.posted_at') },
      { label: t('admin.letters.posted_by') },
      { label: l('state'), phone: 'side' },
    ],
    row: (row) => ({
      ...{ id: `row-${row.id}`, href: `/admin/invoices/${row.invoice_id}`, label: row.number },
      cells: [
        ...[row.number, clientLink(row.client_id, row.client_name), { day: row.issued_on }],
        ...[{ at: row.posted_at }, row.person],
        { state: row.status, label: t(`admin.letters.state.${row.status}`), tone: TONES[row.status] },
      ],
      menu: menuOf(desk, row),
    }),
  })
}

function menuOf(desk: Desk, { id, status }: Listed): MenuItem[] {
  const { t } = desk
  const drop = { label: t('admin.letters.drop'), href: `/admin/letters/${id}/drop`, icon: 'ban', post: true }
  return [
    ...(allowed(desk, 'letter.print_again')
      ? [
          {
            label: t('admin.letters.print_one'),
            href: `/admin/letters/${id}.pdf`,
            icon: 'printer',
            plain: true,
          },
        ]
      : []),
    ...(status === 'waiting' && allowed(desk, 'letter.drop') ? [drop] : []),
  ]
}

/** Printing and marking name the same last letter, so that what comes between the two is not marked unprinted. */
function toPost(desk: Desk, asked: Asked, waiting: readonly WaitingLetter[]): Block {
  const { t } = desk
  const last = waiting.at(-1)
  if (!last)
    return { kind: 'notice', id: 'letters-none', tone: 'neutral', text: t('admin.letters.all_posted') }
  return {
    ...{ kind: 'form', id: 'letters-form', action: '/admin/letters' },
    title: t('admin.letters.to_post', { count: waiting.length }),
    text: t('admin.letters.how'),
    fields: [{ kind: 'hidden', name: 'through', label: '', value: last.id }],
    actions: allowed(desk, 'letter.print') ? printLinks(desk, last.id) : [],
    submit: { label: t('admin.letters.mark'), disabled: !allowed(desk, 'letter.post') },
    ...formParts(desk, asked),
  }
}

const printLinks = ({ t }: Desk, through: string): Button[] =>
  (['1', '2'] as const).map((sides) => ({
    ...{ label: t(`admin.letters.print_${sides}`), icon: 'printer', plain: true },
    href: url('/admin/letters.pdf', { through, sides }),
  }))
