import { sql, type Sql } from '../../../db/index.ts'
import { dayIn, NotFound, type Instant, type IsoDate } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { inMoney, type Block, type PageView } from '../blocks.ts'
import { clientLink, labeller, type Asked, type Desk } from '../desk.ts'
import { listPage } from './list-page.ts'
import { brandsOf, filterForm, wantedOf, type Wanted } from './books/asked-days.ts'
import { sourceCell, sourceColumns, sourceJoins, type SourceOfJournal } from './books/source.ts'
import { movedAt } from '../../../reports/index.ts'
import { accountCell, instanceNames } from './account-name.ts'
import { journalName } from './words.ts'

interface Journal {
  id: string
  kind: string
  source_id: string
  effective_on: IsoDate
  reverses_id: string | null
  created_at: Instant
}

interface Listed extends Journal {
  currency: string
  debit_minor: bigint
}

/** All journals, newest first; with days in the address those that make the sums of a trial balance. */
export async function journalList(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  const { account } = asked.query
  const wanted = asked.query.from ? wantedOf(desk, asked) : null
  const own = scoped(desk.actor, { table: 'j', client: null })
  const handedOver = (id: string) =>
    sql`j.id in (select x.journal_id from exported_journals x where x.export_id = ${id})`
  const inAccount = sql`exists (select 1 from postings p where p.journal_id = j.id and p.account = ${account ?? ''})`
  const debit = sql`select sum(p.amount_minor) from postings p where p.journal_id = j.id and p.amount_minor > 0`
  return listPage<Listed>(desk, asked, {
    noun: 'journals',
    path: '/admin/ledger/journals',
    icon: 'book',
    listing: {
      columns: sql`j.*, coalesce((${debit}), 0) as debit_minor`,
      from: sql`from journals j`,
      where: [own, ...(account ? [inAccount] : []), ...(wanted ? inDays(wanted) : [])],
      key: sql`j.id`,
    },
    searchIn: [sql`j.kind`, sql`j.source_id`, sql`j.id`],
    filters: { export: handedOver },
    ...(wanted ? { before: [await daysForm(desk, wanted)] } : {}),
    columns: [
      { label: l('kind'), phone: 'title' },
      { label: l('day'), phone: 'side' },
      { label: l('source') },
      { label: l('at'), phone: 'hide' },
      { label: l('amount'), align: 'end' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/ledger/journals/${row.id}`,
      label: journalName(desk, row.kind),
      cells: [
        journalName(desk, row.kind),
        { day: row.effective_on },
        { mono: row.source_id },
        { at: row.created_at },
        inMoney(row.debit_minor, row.currency),
      ],
    }),
  })
}

const inDays = ({ from, until, brandId, currency }: Wanted): Sql[] => [
  sql`j.effective_on >= ${from} and j.effective_on < ${until}`,
  ...(brandId ? [sql`j.brand_id = ${brandId}`] : []),
  ...(currency ? [sql`j.currency = ${currency}`] : []),
]

async function daysForm(desk: Desk, wanted: Wanted): Promise<Block> {
  const keep = wanted.currency ? { currency: wanted.currency } : {}
  const spec = { id: 'journal-filter', action: '/admin/ledger/journals', brands: await brandsOf(desk), keep }
  return filterForm(desk, wanted, spec)
}

interface Posting {
  position: number
  account: string
  currency: string
  amount_minor: bigint
  client_id: string | null
  client: string | null
}

export async function journalPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, t, actor } = desk
  const l = labeller(desk)
  const id = asked.params.id!
  const journal = await means.db.get<Journal & SourceOfJournal & { moved_at: Instant | null; zone: string }>(
    sql`select j.*, ${sourceColumns}, ${movedAt} as moved_at, b.zone from journals j join brands b on b.id = j.brand_id ${sourceJoins} where j.id = ${id} and ${scoped(actor, { table: 'j', client: null })}`,
  )
  if (!journal) throw NotFound({ what: 'journal', id })
  const postings = await means.db.all<Posting>(sql`
    select p.position, p.account, p.currency, p.amount_minor, p.client_id, coalesce(c.company, c.name) as client
    from postings p left join clients c on c.id = p.client_id where p.journal_id = ${id} order by p.position`)
  const instances = await instanceNames(desk)
  return {
    head: {
      title: journalName(desk, journal.kind),
      crumbs: [
        { label: t('admin.ledger.title'), href: '/admin/ledger' },
        { label: t('admin.journals.title'), href: '/admin/ledger/journals' },
        { label: journal.id },
      ],
    },
    main: [
      {
        kind: 'table',
        id: 'journal-postings',
        title: t('admin.journals.postings'),
        columns: [
          { label: l('account'), phone: 'title' },
          { label: l('client') },
          { label: l('debit'), align: 'end' },
          { label: l('credit_side'), align: 'end' },
        ],
        rows: postings.map((row) => ({
          id: `posting-${row.position}`,
          label: row.account,
          cells: [
            accountCell(desk, row.account, instances),
            clientLink(row.client_id, row.client),
            row.amount_minor > 0n ? inMoney(row.amount_minor, row.currency) : null,
            row.amount_minor < 0n ? inMoney(-row.amount_minor, row.currency) : null,
          ],
        })),
        empty: { title: '' },
      },
    ],
    aside: [
      {
        kind: 'facts',
        id: 'journal-facts',
        items: [
          { label: l('day'), value: { day: journal.effective_on } },
          ...(journal.moved_at === null
            ? []
            : [{ label: l('happened_on'), value: { day: dayIn(journal.zone, journal.moved_at) } }]),
          { label: l('at'), value: { at: journal.created_at } },
          { label: l('source'), value: sourceCell(journal) },
          {
            label: l('reverses'),
            value: journal.reverses_id
              ? { href: `/admin/ledger/journals/${journal.reverses_id}`, text: journal.reverses_id }
              : null,
          },
          { label: l('id'), value: { copy: journal.id, label: l('id') } },
        ],
      },
    ],
  }
}
