import { all, sql } from '../../../../db/index.ts'
import { formatNumber } from '../../../../i18n/index.ts'
import { addDays } from '../../../../kernel/index.ts'
import { scoped } from '../../../../records/index.ts'
import type { LedgerExport } from '../../../../reports/index.ts'
import { url } from '../../../../render/index.ts'
import type { Block, PageView } from '../../blocks.ts'
import { filled, formParts, type Asked, type Desk } from '../../desk.ts'
import { accountCell, accountName, instanceNames } from '../account-name.ts'
import { allowed } from '../clients.ts'
import { crumbs } from './accounts.ts'
import { actorJoins, actorName, actorNamed, type Acted } from '../actor-name.ts'
import { brandsOf, lastMonth, type BrandName } from './asked-days.ts'

type Shown = LedgerExport & Acted

/** What was handed over to accounting, and the form that hands over what was not. */
export async function exportsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, t, actor } = desk
  const brands = await brandsOf(desk)
  const rows = await means.db.all<Shown>(sql`
    select x.*, ${actorNamed} from ledger_exports x ${actorJoins('x.actor')}
    where ${scoped(actor, { table: 'x', client: null })} order by x.id desc limit 200`)
  const title = t('books.exports.title')
  return {
    head: { title, text: t('books.exports.text'), crumbs: crumbs(desk, title) },
    main: [
      ...(allowed(desk, 'ledger.export') ? [exportForm(desk, asked, brands)] : []),
      exportTable(desk, rows, brands),
      ...(allowed(desk, 'ledger.write_documents') ? await documentForm(desk, brands) : []),
      await codeTable(desk),
      ...(allowed(desk, 'ledger.set_code') ? [codeForm(desk, asked, brands)] : []),
    ],
  }
}

function exportForm(desk: Desk, asked: Asked, brands: readonly BrandName[]): Block {
  const { t } = desk
  const { from, to } = lastMonth(desk.today)
  return {
    ...{
      kind: 'form',
      id: 'export-ledger',
      title: t('books.exports.new'),
      text: t('books.exports.new_text'),
    },
    ...{ action: '/admin/ledger/exports', inline: true },
    fields: [
      {
        ...{ ...filled(asked, 'brand_id', brands[0]?.id), kind: 'select', label: t('books.label.brand') },
        options: brands.map(({ id, name }) => ({ value: id, label: name })),
      },
      { ...filled(asked, 'from', from), kind: 'date', label: t('books.label.from') },
      { ...filled(asked, 'to', to), kind: 'date', label: t('books.label.to') },
    ],
    submit: { label: t('books.exports.submit'), kind: 'primary', icon: 'download' },
    ...formParts(desk, asked),
  }
}

function exportTable(desk: Desk, rows: readonly Shown[], brands: readonly BrandName[]): Block {
  const { t } = desk
  const counted = (count: number) => formatNumber(count, desk.locale)
  return {
    kind: 'table',
    id: 'ledger-exports',
    title: t('books.exports.done'),
    columns: [
      { label: t('books.label.days'), phone: 'title' },
      { label: t('books.label.brand') },
      { label: t('books.label.journals'), align: 'end' },
      { label: t('books.label.postings'), align: 'end' },
      { label: t('books.label.by') },
      { label: t('books.label.at'), phone: 'line' },
      { label: t('books.label.file'), phone: 'side' },
    ],
    rows: rows.map((row) => ({
      id: `export-${row.id}`,
      label: `${row.from_on} – ${row.until_on}`,
      cells: [
        { cells: [{ day: row.from_on }, '–', { day: row.until_on }] },
        brands.find(({ id }) => id === row.brand_id)?.name ?? row.brand_id,
        { href: url('/admin/ledger/journals', { export: row.id }), text: counted(row.journals) },
        { href: `/admin/ledger/exports/${row.id}.csv`, text: counted(row.postings) },
        actorName(desk, row),
        { at: row.created_at },
        { href: `/admin/ledger/exports/${row.id}.csv`, text: t('books.csv') },
      ],
    })),
    actions: [
      {
        ...{ label: t('books.exports.all'), icon: 'download', kind: 'ghost', plain: true },
        href: url('/admin/ledger/journals.csv', { from: `${desk.today.slice(0, 4)}-01-01`, to: desk.today }),
      },
    ],
    empty: { icon: 'download', title: t('books.exports.none'), text: t('books.exports.none_text') },
  }
}

interface Format {
  key: string
  label: string
}

/** The formats of all exporters that are set up; nothing while there is none. */
async function documentForm(desk: Desk, brands: readonly BrandName[]): Promise<Block[]> {
  const { means, actor, t } = desk
  const instances = await means.db.all<{ id: string; name: string; manifest: string }>(sql`
    select g.id, g.name, p.manifest from plugin_instances g join plugins p on p.id = g.plugin_id
    where g.status = 'active' and p.status <> 'disabled' and (g.brand_id is null or ${scoped(actor, { table: 'g', client: null })}) order by g.name, g.id`)
  const exporters = instances.filter(
    ({ manifest }) => 'exporter' in ((JSON.parse(manifest) as { kinds?: object }).kinds ?? {}),
  )
  const offered = await Promise.all(exporters.map((one) => formatsOf(desk, one)))
  const options = offered.flat()
  if (options.length === 0) return []
  const { from, to } = lastMonth(desk.today)
  const brand = {
    ...{ kind: 'select', name: 'brand', label: t('books.label.brand'), value: '', required: false },
    options: [
      { value: '', label: t('books.all.brand') },
      ...brands.map(({ id, name }) => ({ value: id, label: name })),
    ],
  }
  return [
    {
      ...{
        kind: 'form',
        id: 'write-documents',
        title: t('books.documents.title'),
        text: t('books.documents.text'),
      },
      ...{ method: 'get', action: '/admin/ledger/documents', inline: true, keys: {} },
      fields: [
        { kind: 'select', name: 'format', label: t('books.label.format'), value: options[0]!.value, options },
        { kind: 'date', name: 'from', label: t('books.label.from'), value: from },
        { kind: 'date', name: 'to', label: t('books.label.to'), value: to },
        ...(brands.length > 1 ? [brand] : []),
      ],
      submit: { label: t('books.documents.submit'), kind: 'secondary', icon: 'download' },
    },
  ]
}

/** What a plugin takes too long for is not offered. */
async function formatsOf(
  { means }: Desk,
  { id, name }: { id: string; name: string },
): Promise<{ value: string; label: string }[]> {
  try {
    const asked = means.plugins.call<{ formats: Format[] }>(
      id,
      'exporter',
      'list_formats',
      {},
      { deadline: 'page' },
    )
    return (await asked).formats.map(({ key, label }) => ({
      value: `${id} ${key}`,
      label: `${name}: ${label}`,
    }))
  } catch {
    return []
  }
}

/** Accounts that moved in the last year, with their numbers in the accountant's chart. */
async function codeTable(desk: Desk): Promise<Block> {
  const { means, actor, t } = desk
  const rows = await means.db.all<{
    account: string
    seller_id: string
    seller: string
    code: string | null
  }>(sql`
    select u.account, u.seller_id, e.name as seller, k.code from (
      select distinct p.account, b.seller_id from journals j join postings p on p.journal_id = j.id join brands b on b.id = j.brand_id
      where ${all([scoped(actor, { table: 'j', client: null }), sql`j.effective_on >= ${addDays(desk.today, -366)}`])}) u
    join sellers e on e.id = u.seller_id left join account_codes k on k.seller_id = u.seller_id and k.account = u.account
    order by u.account, u.seller_id limit 500`)
  const instances = await instanceNames(desk)
  return {
    kind: 'table',
    id: 'account-codes',
    title: t('books.codes.title'),
    columns: [
      { label: t('books.label.account'), phone: 'title' },
      { label: t('books.label.seller') },
      { label: t('books.label.code'), phone: 'side' },
    ],
    rows: rows.map((row) => ({
      id: `code-${row.seller_id}-${row.account}`,
      label: `${accountName(desk, row.account, instances)}, ${row.seller}`,
      cells: [accountCell(desk, row.account, instances), row.seller, row.code],
    })),
    empty: { title: t('books.accounts.none') },
  }
}

function codeForm(desk: Desk, asked: Asked, brands: readonly BrandName[]): Block {
  const { t } = desk
  const sellers = [...new Map(brands.map((brand) => [brand.seller_id, brand.name])).entries()]
  return {
    ...{ kind: 'form', id: 'set-code', title: t('books.codes.set'), text: t('books.codes.text') },
    ...{ action: '/admin/ledger/codes', inline: true },
    fields: [
      {
        ...{ ...filled(asked, 'seller_id', sellers[0]?.[0]), kind: 'select', label: t('books.label.seller') },
        options: sellers.map(([value, label]) => ({ value, label })),
      },
      { ...filled(asked, 'account'), label: t('books.label.account') },
      { ...filled(asked, 'code'), label: t('books.label.code'), required: false },
    ],
    submit: { label: t('books.codes.submit'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}
