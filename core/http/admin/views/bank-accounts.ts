import { toDecimal } from '../../../../sdk/index.ts'
import type { BankAccountRow, CsvMapping } from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import { findRow, scoped } from '../../../records/index.ts'
import type { Field, PageView } from '../blocks.ts'
import { filled, formParts, tickedField, type Asked, type Desk } from '../desk.ts'
import { listPage } from './list-page.ts'

export const bankCrumbs = ({ t }: Desk, label: string) => [
  { label: t('payments.bank_lines.title'), href: '/admin/bank-lines' },
  { label },
]

export function accountList(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = (name: string) => t(`payments.label.${name}`)
  return listPage<BankAccountRow & { brand: string }>(desk, asked, {
    ...{
      words: 'payments.bank_accounts',
      noun: 'bank_accounts',
      path: '/admin/bank-accounts',
      icon: 'building-bank',
    },
    listing: {
      columns: sql`a.*, b.name as brand`,
      from: sql`from bank_accounts a join brands b on b.id = a.brand_id`,
      where: [scoped(desk.actor, { table: 'a', client: null })],
      key: sql`a.id`,
    },
    actions: [{ label: t('payments.bank.new_account'), href: '/admin/bank-accounts/new', icon: 'plus' }],
    columns: [
      { label: l('name'), phone: 'title' },
      { label: l('iban'), phone: 'hide' },
      { label: l('brand') },
      { label: l('currency'), phone: 'side' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/bank-accounts/${row.id}`,
      label: row.name,
      cells: [row.name, row.iban, row.brand, row.currency],
    }),
  })
}

export const CSV_FIELDS = [
  ...['delimiter', 'skip', 'day', 'day_format', 'amount', 'decimal'],
  ...['currency', 'text', 'name', 'account', 'reference'],
] as const

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  delimiter: [';', ',', 'tab'],
  day_format: ['YYYY-MM-DD', 'DD.MM.YYYY', 'DD.MM.YY', 'DD/MM/YYYY', 'MM/DD/YYYY'],
  decimal: [',', '.'],
}

/** A new account, or one that is there. */
export async function accountForm(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const { id } = asked.params
  const known = id
    ? await findRow<BankAccountRow>(means.db, actor, {
        ...{ table: 'bank_accounts', what: 'bank account', id, scope: { client: null } },
      })
    : null
  const title = known?.name ?? t('payments.bank.new_account')
  return {
    head: { title, text: t('payments.bank.account_text'), crumbs: bankCrumbs(desk, title) },
    main: [
      {
        kind: 'form',
        id: 'bank-account',
        action: known ? `/admin/bank-accounts/${known.id}` : '/admin/bank-accounts',
        fields: [...(await ownFields(desk, asked, known)), ...csvFields(desk, asked, known)],
        submit: { label: t('admin.save') },
        cancelHref: '/admin/bank-accounts',
        ...formParts(desk, asked),
      },
    ],
  }
}

async function ownFields(desk: Desk, asked: Asked, known: BankAccountRow | null): Promise<Field[]> {
  const { t, means, actor } = desk
  const l = (name: string) => t(`payments.label.${name}`)
  const brands = await means.db.all<{ id: string; name: string }>(
    sql`select b.id, b.name from brands b where ${scoped(actor, { table: 'b', client: null, brand: 'id' })} order by b.name`,
  )
  const gateways = await means.db.all<{ id: string; name: string }>(
    sql`select i.id, i.name from plugin_instances i join plugins p on p.id = i.plugin_id where i.status = 'active' and p.manifest like '%"gateway"%' order by i.name`,
  )
  const options = (rows: readonly { id: string; name: string }[]) =>
    rows.map((row) => ({ value: row.id, label: row.name }))
  const tolerance = known ? toDecimal({ minor: known.tolerance_minor, currency: known.currency }) : ''
  return [
    { ...filled(asked, 'name', known?.name), label: l('name') },
    {
      ...filled(asked, 'brand_id', known?.brand_id),
      kind: 'select',
      label: l('brand'),
      options: options(brands),
    },
    {
      ...filled(asked, 'currency', known?.currency),
      label: l('currency'),
      hint: t('payments.bank.currency_hint'),
    },
    { ...filled(asked, 'iban', known?.iban), required: false, label: l('iban') },
    {
      ...filled(asked, 'instance_id', known?.instance_id),
      ...{ kind: 'select', required: false, label: l('gateway'), hint: t('payments.bank.gateway_hint') },
      options: [{ value: '', label: '–' }, ...options(gateways)],
    },
    {
      ...filled(asked, 'tolerance', tolerance),
      ...{ required: false, label: l('tolerance'), hint: t('payments.bank.tolerance_hint') },
    },
    {
      ...tickedField(asked, 'books_sure', known ? known.books_sure === 1 : true),
      label: t('payments.bank.books_sure'),
    },
  ]
}

function csvFields({ t }: Desk, asked: Asked, known: BankAccountRow | null): Field[] {
  const mapping = (known?.csv_mapping ? JSON.parse(known.csv_mapping) : {}) as Partial<CsvMapping>
  return CSV_FIELDS.map((name) => {
    const choices = CHOICES[name]
    return {
      ...filled(asked, `csv_${name}`, mapping[name]),
      ...{ required: false, label: t(`payments.csv.${name}`) },
      ...(choices ? { kind: 'select', options: choices.map((value) => ({ value, label: value })) } : {}),
    }
  })
}
