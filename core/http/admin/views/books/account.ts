import { balancesBefore } from '../../../../billing/index.ts'
import { all, sql } from '../../../../db/index.ts'
import { addDays, type Instant, type IsoDate } from '../../../../kernel/index.ts'
import { scoped } from '../../../../records/index.ts'
import { inMoney, type Block, type PageView } from '../../blocks.ts'
import { clientLink, type Asked, type Desk } from '../../desk.ts'
import { readList } from '../../read-list.ts'
import { accountName, instanceNames } from '../account-name.ts'
import { journalName } from '../words.ts'
import { crumbs, heldAt } from './accounts.ts'
import { brandsOf, filterForm, wantedOf, type Wanted } from './asked-days.ts'
import { sourceCell, sourceColumns, sourceJoins, type SourceOfJournal } from './source.ts'

interface Moved extends SourceOfJournal {
  id: string
  kind: string
  effective_on: IsoDate
  created_at: Instant
  amount_minor: bigint
  client_id: string | null
  client: string | null
}

/** One account over some days: what it held, each journal that moved it with its document, what it holds. */
export async function accountPage(desk: Desk, asked: Asked): Promise<PageView> {
  const account = asked.query.account ?? ''
  const wanted = wantedOf(desk, asked)
  const currency = wanted.currency ?? 'EUR'
  const brands = await brandsOf(desk)
  const list = await movesOf(desk, asked, { account, currency, wanted })
  const keep = { account, currency, ...(brands.length > 1 ? {} : { brand: wanted.brandId ?? undefined }) }
  const name = accountName(desk, account, await instanceNames(desk))
  return {
    head: { title: name, crumbs: crumbs(desk, name), status: [{ mono: account }] },
    main: [
      filterForm(desk, wanted, { id: 'account-filter', action: '/admin/ledger/account', brands, keep }),
      await figures(desk, { account, currency, wanted }),
      list,
    ],
  }
}

interface OneAccount {
  account: string
  currency: string
  wanted: Wanted
}

async function figures(desk: Desk, { account, currency, wanted }: OneAccount): Promise<Block> {
  const { means, actor, t } = desk
  const query = { actor, brandId: wanted.brandId, currency }
  const at = async (day: IsoDate): Promise<bigint> =>
    (await balancesBefore(means.db, day, query))
      .filter((row) => row.account === account)
      .reduce((sum, row) => sum + row.balance_minor, 0n)
  const opening = await at(wanted.from)
  const closing = await at(wanted.until)
  const item = (name: string, minor: bigint, day: IsoDate | null) => ({
    ...{ label: t(`books.label.${name}`), value: inMoney(minor, currency) },
    ...(day === null || minor === 0n
      ? {}
      : { href: heldAt({ account, currency, brand: wanted.brandId }, day) }),
  })
  return {
    ...{ kind: 'stats', id: 'account-figures' },
    items: [
      item('opening', opening, addDays(wanted.from, -1)),
      // What moved stands below.
      item('moved', closing - opening, null),
      item('closing', closing, opening === 0n ? null : wanted.to),
    ],
  }
}

async function movesOf(desk: Desk, asked: Asked, of: OneAccount): Promise<Block> {
  const { means, actor, t } = desk
  const { account, currency, wanted } = of
  const mine = sql`p.journal_id = j.id and p.account = ${account} and p.currency = ${currency}`
  const where = [
    scoped(actor, { table: 'j', client: null }),
    sql`j.effective_on >= ${wanted.from} and j.effective_on < ${wanted.until}`,
    sql`exists (select 1 from postings p where ${mine})`,
    ...(wanted.brandId ? [sql`j.brand_id = ${wanted.brandId}`] : []),
  ]
  const columns = sql`j.id, j.kind, j.effective_on, j.created_at, ${sourceColumns}, c.id as client_id, coalesce(c.company, c.name) as client,
    (select sum(p.amount_minor) from postings p where ${mine}) as amount_minor`
  const from = sql`from journals j ${sourceJoins} left join clients c on c.id = coalesce(si.client_id, sa.client_id, sr.client_id)`
  const listing = { columns, from, where: [all(where)], key: sql`j.id`, counted: sql`from journals j` }
  const { rows, pager } = await readList<Moved>(means.db, listing, asked)
  return {
    kind: 'list',
    id: 'account-moves',
    label: t('books.account.moves'),
    columns: [
      { label: t('books.label.day'), phone: 'line' },
      { label: t('books.label.journal'), phone: 'title' },
      { label: t('books.label.document') },
      { label: t('books.label.client') },
      { label: t('books.label.debit'), align: 'end' },
      { label: t('books.label.credit'), align: 'end' },
    ],
    rows: rows.map((row) => ({
      id: `move-${row.id}`,
      href: `/admin/ledger/journals/${row.id}`,
      label: journalName(desk, row.kind),
      cells: [
        { day: row.effective_on },
        journalName(desk, row.kind),
        sourceCell(row),
        clientLink(row.client_id, row.client),
        row.amount_minor > 0n ? inMoney(row.amount_minor, currency) : null,
        row.amount_minor < 0n ? inMoney(-row.amount_minor, currency) : null,
      ],
    })),
    pager,
    empty: { icon: 'book', title: t('books.account.none'), text: t('books.account.none_text') },
  }
}
