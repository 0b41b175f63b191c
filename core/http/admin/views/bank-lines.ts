import { toDecimal } from '../../../../sdk/index.ts'
import {
  matchLine,
  openDocuments,
  type BankAccountRow,
  type BankLineRow,
  type DocumentIndex,
  type Suggestion,
} from '../../../billing/index.ts'
import { list, sql } from '../../../db/index.ts'
import { findRow, scoped } from '../../../records/index.ts'
import { inMoney, type Block, type PageView } from '../blocks.ts'
import { filled, formParts, textOf, type Asked, type Desk } from '../desk.ts'
import type { FormBody } from '../../context.ts'
import { auditTimeline } from './audit-timeline.ts'
import { bankCrumbs } from './bank-accounts.ts'
import { payoutForm, payoutLink, payoutsOf } from './line-payouts.ts'
import { listPage, paymentsAbove } from './list-page.ts'

/** What waits for a person first, then what was booked and set aside. */
export function lineList(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = (name: string) => t(`payments.label.${name}`)
  return listPage<BankLineRow>(desk, asked, {
    ...{ words: 'payments.bank_lines', noun: 'bank_lines', path: '/admin/bank-lines', icon: 'building-bank' },
    above: paymentsAbove(desk),
    listing: {
      ...{ columns: sql`l.*`, from: sql`from bank_lines l`, key: sql`l.id` },
      where: [scoped(desk.actor, { table: 'l', client: null })],
    },
    searchIn: [sql`l.text`, sql`l.name`, sql`l.reference`],
    filters: { account: sql`l.account_id` },
    tabs: [
      {
        value: 'open',
        label: t('payments.line_state.open'),
        where: sql`l.status = 'open' and l.amount_minor > 0`,
      },
      {
        value: 'out',
        label: t('payments.line_state.out'),
        where: sql`l.status = 'open' and l.amount_minor <= 0`,
      },
      { value: 'booked', label: t('payments.line_state.booked'), where: sql`l.status = 'booked'` },
      { value: 'ignored', label: t('payments.line_state.ignored'), where: sql`l.status = 'ignored'` },
    ],
    actions: [
      { label: t('payments.bank.import'), href: '/admin/bank-lines/import', icon: 'plus' },
      { label: t('payments.bank_accounts.title'), href: '/admin/bank-accounts', icon: 'building-bank' },
    ],
    columns: [
      { label: l('booked_on'), phone: 'line' },
      { label: l('payer'), phone: 'title' },
      { label: l('text') },
      { label: l('amount'), align: 'end', phone: 'side' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/bank-lines/${row.id}`,
      label: row.text || row.id,
      cells: [{ day: row.booked_on }, row.name, row.text, inMoney(row.amount_minor, row.currency)],
    }),
  })
}

export async function linePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const line = await findRow<BankLineRow>(means.db, actor, {
    ...{ table: 'bank_lines', what: 'bank line', id: asked.params.id!, scope: { client: null } },
  })
  const account = (await means.db.get<BankAccountRow>(
    sql`select * from bank_accounts where id = ${line.account_id}`,
  ))!
  const title = t('payments.bank.line', { account: account.name })
  const main: Block[] = [factsOf(desk, line, account)]
  const payouts = await payoutsOf(desk, line)
  if (line.status === 'booked')
    main.push(
      ...payoutLink(desk, payouts),
      await usesOf(desk, line),
      reasonForm(desk, asked, { line, act: 'undo' }),
    )
  else {
    const index = await openDocuments(means.db, account)
    const found = matchLine({ ...line, amountMinor: line.amount_minor }, index, account.tolerance_minor)
    if (line.status === 'open' && payouts.length > 0) main.push(payoutForm(desk, asked, { line, payouts }))
    if (line.amount_minor > 0n)
      main.push(suggestions(desk, found, numbersOf(index)), bookForm(desk, asked, { line, found, index }))
    if (line.status === 'open') main.push(reasonForm(desk, asked, { line, act: 'ignore' }))
  }
  main.push(await auditTimeline(desk, { subject: line.id, id: `line-${line.id}-history` }))
  return {
    head: {
      title,
      crumbs: bankCrumbs(desk, title),
      status: [{ state: line.status, label: t(`payments.line_state.${line.status}`) }],
    },
    main,
  }
}

function factsOf({ t }: Desk, line: BankLineRow, account: BankAccountRow): Block {
  const l = (name: string) => t(`payments.label.${name}`)
  return {
    kind: 'facts',
    id: `line-${line.id}-facts`,
    items: [
      { label: l('amount'), value: inMoney(line.amount_minor, line.currency) },
      { label: l('booked_on'), value: { day: line.booked_on } },
      { label: l('payer'), value: line.name },
      { label: l('text'), value: line.text },
      { label: l('iban'), value: line.counter_account },
      { label: l('reference'), value: line.reference },
      { label: l('account'), value: { href: `/admin/bank-accounts/${account.id}`, text: account.name } },
      ...(line.note ? [{ label: l('reason'), value: line.note }] : []),
    ],
  }
}

const numbersOf = ({ byNumber }: DocumentIndex): ReadonlyMap<string, string> =>
  new Map([...byNumber.values()].map(({ id, number }) => [id, number]))

function suggestions({ t }: Desk, found: readonly Suggestion[], numbers: ReadonlyMap<string, string>): Block {
  const l = (name: string) => t(`payments.label.${name}`)
  return {
    kind: 'table',
    id: 'line-suggestions',
    title: t('payments.bank.suggestions'),
    columns: [
      { label: l('document'), phone: 'title' },
      { label: l('why') },
      { label: l('confidence'), align: 'end', phone: 'side' },
    ],
    rows: found.map((one, i) => ({
      id: `suggestion-${i}`,
      label: one.why,
      cells: [
        {
          cells: one.parts.map(({ invoiceId }) => ({
            href: `/admin/invoices/${invoiceId}`,
            text: numbers.get(invoiceId) ?? invoiceId,
          })),
        },
        t(`payments.why.${one.why}`),
        `${one.confidence} %`,
      ],
    })),
    empty: { icon: 'search', title: t('payments.bank.no_suggestions') },
  }
}

interface Booked {
  line: BankLineRow
  found: readonly Suggestion[]
  index: DocumentIndex
}

const ROWS_MORE = 3

/** The likeliest suggestion is filled in; a person says whether it is right. */
function bookForm(desk: Desk, asked: Asked, { line, found, index }: Booked): Block {
  const { t } = desk
  const l = (name: string) => t(`payments.label.${name}`)
  const numbers = numbersOf(index)
  const proposed = found[0]?.parts ?? []
  const typed = (group: string, i: number) =>
    textOf((asked.refused?.values[group] ?? {}) as FormBody, String(i))
  const rows = Array.from({ length: Math.min(20, proposed.length + ROWS_MORE) }, (_, i) => {
    const part = proposed[i]
    const number = asked.refused ? typed('number', i) : part ? (numbers.get(part.invoiceId) ?? '') : ''
    const amount = asked.refused
      ? typed('part', i)
      : part
        ? toDecimal({ minor: part.amountMinor, currency: line.currency })
        : ''
    const label = `${l('document')} ${i + 1}`
    return {
      label,
      cells: [
        { name: `number[${i}]`, label, value: number, required: false, wide: true },
        { name: `part[${i}]`, label: `${l('amount')} ${i + 1}`, value: amount, required: false },
      ],
    }
  })
  return {
    kind: 'form',
    id: 'book-line',
    title: t('payments.bank.book'),
    text: t('payments.bank.book_text'),
    action: `/admin/bank-lines/${line.id}/book`,
    fields: [],
    grid: { caption: t('payments.bank.book'), columns: [l('document'), l('amount')], rows },
    submit: { label: t('payments.bank.book') },
    ...formParts(desk, asked),
  }
}

async function usesOf({ t, means }: Desk, line: BankLineRow): Promise<Block> {
  const l = (name: string) => t(`payments.label.${name}`)
  const uses = await means.db.all<{
    payment_id: string
    invoice_id: string
    number: string
    amount_minor: bigint
    how: string
  }>(sql`
    select u.payment_id, u.invoice_id, i.number, u.amount_minor, u.how from bank_line_uses u join invoices i on i.id = u.invoice_id
    where u.line_id in (${list([line.id])}) and u.undone_at is null order by u.payment_id`)
  return {
    kind: 'table',
    id: 'line-uses',
    title: t('payments.bank.booked_on'),
    columns: [
      { label: l('document'), phone: 'title' },
      { label: l('how') },
      { label: l('amount'), align: 'end', phone: 'side' },
    ],
    rows: uses.map((row) => ({
      id: `use-${row.payment_id}`,
      href: `/admin/payments/${row.payment_id}`,
      label: row.number,
      cells: [
        { href: `/admin/invoices/${row.invoice_id}`, text: row.number },
        t(`payments.how.${row.how}`),
        inMoney(row.amount_minor, line.currency),
      ],
    })),
    empty: { title: t('payments.bank.no_suggestions') },
  }
}

function reasonForm(
  desk: Desk,
  asked: Asked,
  { line, act }: { line: BankLineRow; act: 'undo' | 'ignore' },
): Block {
  const { t } = desk
  return {
    kind: 'form',
    id: `${act}-line`,
    title: t(`payments.bank.${act}`),
    text: t(`payments.bank.${act}_text`),
    action: `/admin/bank-lines/${line.id}/${act}`,
    fields: [{ ...filled(asked, 'reason'), label: t('payments.label.reason') }],
    submit: { label: t(`payments.bank.${act}`), kind: act === 'undo' ? 'danger' : 'secondary' },
    ...formParts(desk, asked),
  }
}
