import {
  balancesBefore,
  classOfAccount,
  placeOfClass,
  trialBalance,
  type AccountBalance,
  type AccountClass,
  type TrialRow,
} from '../../../../billing/index.ts'
import { addDays, isoDate, type IsoDate } from '../../../../kernel/index.ts'
import { url } from '../../../../render/index.ts'
import { inMoney, type Block, type Button, type Cell, type PageView, type Row } from '../../blocks.ts'
import type { Asked, Desk } from '../../desk.ts'
import { accountCell, instanceNames, type InstanceNames } from '../account-name.ts'
import { brandsOf, daysOfAddress, filterForm, wantedOf, type BrandName, type Wanted } from './asked-days.ts'

/** The chart of accounts with what each holds at the end of a day: one table a currency, by class. */
export async function accountsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, t, actor } = desk
  const wanted = wantedOf(desk, asked)
  const brands = await brandsOf(desk)
  const instances = await instanceNames(desk)
  const rows = await balancesBefore(means.db, wanted.until, { actor, brandId: wanted.brandId })
  const currencies = [...new Set(rows.map((row) => row.currency))].sort()
  const shown = currencies.filter((currency) => !wanted.currency || currency === wanted.currency)
  return {
    head: { title: t('books.accounts.title'), text: t('books.accounts.text'), actions: ledgerActions(desk) },
    main: [
      filterForm(desk, wanted, {
        ...{ id: 'ledger-filter', action: '/admin/ledger', oneDay: true, brands, currencies },
      }),
      ...shown.map((currency) =>
        accountTable(desk, { wanted, brands, currency, instances, rows: ofCurrency(rows, currency) }),
      ),
      ...(shown.length === 0 ? [nothing(desk)] : []),
    ],
  }
}

export function ledgerActions(desk: Desk): Button[] {
  const to = (name: string, href: string, icon: string): Button => ({
    ...{ label: desk.t(`books.${name}.title`), href: `/admin/ledger/${href}`, icon, kind: 'ghost' },
  })
  return [
    to('trial', 'trial-balance', 'scale'),
    to('journals', 'journals', 'book'),
    to('months', 'months', 'lock'),
    to('exports', 'exports', 'download'),
  ]
}

const ofCurrency = <R extends { currency: string }>(rows: readonly R[], currency: string): R[] =>
  rows.filter((row) => row.currency === currency)

interface Table<R> {
  wanted: Wanted
  brands: readonly BrandName[]
  currency: string
  instances: InstanceNames
  rows: readonly R[]
}

function accountTable(
  desk: Desk,
  { wanted, brands, currency, instances, rows }: Table<AccountBalance>,
): Block {
  const { t } = desk
  const named = brands.length > 1
  const several = inClasses(rows, (row) => row.balance_minor)
  return {
    kind: 'table',
    id: `ledger-accounts-${currency}`,
    title: t('books.accounts.in', { currency }),
    columns: [
      { label: t('books.label.account'), phone: 'title' },
      ...(named ? [{ label: t('books.label.brand') }] : []),
      { label: t('books.label.class'), phone: 'hide' },
      { label: t('books.label.balance'), align: 'end', phone: 'side' },
    ],
    rows: several.map(({ row, of }) => ({
      ...accountRow(row, { from: BEGINNING, to: wanted.to }),
      cells: [
        accountCell(desk, row.account, instances),
        ...(named ? [nameOf(brands, row.brand_id)] : []),
        t(`books.class.${of}`),
        inMoney(row.balance_minor, currency),
      ],
    })),
    foot: [
      t('books.sum'),
      ...(named ? [''] : []),
      '',
      inMoney(
        rows.reduce((sum, row) => sum + row.balance_minor, 0n),
        currency,
      ),
    ],
    empty: { icon: 'book', title: t('books.accounts.none') },
  }
}

/** Balances before and after some days and what moved in between. Debit and credit are equal, or the books are wrong. */
export async function trialPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const wanted = wantedOf(desk, asked)
  const brands = await brandsOf(desk)
  const instances = await instanceNames(desk)
  const rows = await trialRows(desk, wanted)
  const currencies = [...new Set(rows.map((row) => row.currency))].sort()
  const query = { from: wanted.from, to: wanted.to, brand: wanted.brandId, currency: wanted.currency }
  return {
    head: {
      title: t('books.trial.title'),
      text: t('books.trial.text'),
      crumbs: crumbs(desk, t('books.trial.title')),
      actions: [
        {
          ...{ label: t('books.csv'), icon: 'download', plain: true },
          href: url('/admin/ledger/trial-balance.csv', query),
        },
      ],
    },
    main: [
      filterForm(desk, wanted, {
        ...{ id: 'trial-filter', action: '/admin/ledger/trial-balance', brands, currencies },
      }),
      ...currencies.map((currency) =>
        trialTable(desk, { wanted, brands, currency, instances, rows: ofCurrency(rows, currency) }),
      ),
      ...(currencies.length === 0 ? [nothing(desk)] : []),
    ],
  }
}

export function trialRows({ means, actor }: Desk, wanted: Wanted): Promise<TrialRow[]> {
  return trialBalance(means.db, wanted, { actor, brandId: wanted.brandId, currency: wanted.currency })
}

export const crumbs = (desk: Desk, last: string) => [
  { label: desk.t('books.accounts.title'), href: '/admin/ledger' },
  { label: last },
]

function trialTable(desk: Desk, { wanted, brands, currency, instances, rows }: Table<TrialRow>): Block {
  const { t } = desk
  const named = brands.length > 1
  const journals = url('/admin/ledger/journals', { ...daysOfAddress(wanted), currency })
  const sum = (of: (row: TrialRow) => bigint, moved: boolean): Cell =>
    inMoney(
      rows.reduce((total, row) => total + of(row), 0n),
      currency,
      moved ? journals : undefined,
    )
  /** What moved is behind the row itself; balances have a past of their own. */
  const openingOf = (name: string, { account, brand_id: brand }: TrialRow): string | undefined => {
    const of = { account, currency, brand }
    if (name === 'opening') return heldAt(of, addDays(wanted.from, -1))
    return name === 'closing' ? heldAt(of, wanted.to) : undefined
  }
  const figures = [
    ['opening', (row: TrialRow) => row.opening_minor],
    ['debit', (row: TrialRow) => row.debit_minor],
    ['credit', (row: TrialRow) => row.credit_minor],
    ['closing', (row: TrialRow) => row.balance_minor],
  ] as const
  return {
    kind: 'table',
    id: `trial-${currency}`,
    title: t('books.trial.in', { currency }),
    columns: [
      { label: t('books.label.account'), phone: 'title' },
      ...(named ? [{ label: t('books.label.brand') }] : []),
      ...figures.map(([name]) => ({
        ...{ label: t(`books.label.${name}`), align: 'end' as const },
        phone: name === 'closing' ? ('side' as const) : ('line' as const),
      })),
    ],
    rows: inClasses(rows, (row) => row.balance_minor).map(({ row }) => ({
      ...accountRow(row, wanted),
      cells: [
        accountCell(desk, row.account, instances),
        ...(named ? [nameOf(brands, row.brand_id)] : []),
        ...figures.map(([name, of]) => inMoney(of(row), currency, openingOf(name, row))),
      ],
    })),
    foot: [
      t('books.sum'),
      ...(named ? [''] : []),
      ...figures.map(([name, of]) => sum(of, name === 'debit' || name === 'credit')),
    ],
    empty: { icon: 'book', title: t('books.accounts.none') },
  }
}

/** A balance opens into the journals that made it: those of all days until its own. */
function accountRow(row: AccountBalance, days: Pick<Wanted, 'from' | 'to'>): Omit<Row, 'cells'> {
  const { account, currency, brand_id: brand } = row
  return {
    id: `account-${brand}-${account}-${currency}`,
    href: movesAt({ account, currency, brand }, days),
    label: account,
  }
}

/** The day since which a balance counts: no journal is older. */
const BEGINNING = isoDate('1970-01-01')

type AccountPlace = Record<'account' | 'currency', string> & { brand: string | null }

/** The journals of an account on these days. */
export const movesAt = (of: AccountPlace, { from, to }: Pick<Wanted, 'from' | 'to'>): string =>
  url('/admin/ledger/account', { ...of, from, to })

/** The journals that made what an account held at the end of a day. */
export const heldAt = (of: AccountPlace, day: IsoDate): string => movesAt(of, { from: BEGINNING, to: day })

function inClasses<R extends { account: string }>(
  rows: readonly R[],
  balance: (row: R) => bigint,
): { row: R; of: AccountClass }[] {
  return rows
    .map((row) => ({ row, of: classOfAccount(row.account, balance(row)) }))
    .sort((a, b) => placeOfClass(a.of) - placeOfClass(b.of))
}

const nameOf = (brands: readonly BrandName[], id: string): string =>
  brands.find((brand) => brand.id === id)?.name ?? id

const nothing = (desk: Desk): Block => ({
  ...{ kind: 'notice', id: 'ledger-none', tone: 'neutral', text: desk.t('books.accounts.none') },
})
