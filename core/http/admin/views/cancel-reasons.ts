import { toDecimal } from '../../../../sdk/index.ts'
import { sql } from '../../../db/index.ts'
import { formatRate } from '../../../i18n/index.ts'
import { instant, NotFound, toMs } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { offerKinds, readRetention, type CancelReasonRow } from '../../../services/index.ts'
import { inMoney, type Block, type Cell, type Field, type PageView } from '../blocks.ts'
import { filled, formParts, labeller, moneyText, tickedField, type Asked, type Desk } from '../desk.ts'
import { slugsOf } from '../slugs.ts'
import { allowed } from './clients.ts'
import { brandField } from './price-lists.ts'

const YEAR_MS = 365 * 86_400_000
const at = '/admin/cancel-reasons'

/** Why clients go, what was offered to them, and what that brought within a year. */
export async function cancelReasonList(desk: Desk, _asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const since = instant(toMs(means.business.now()) - YEAR_MS)
  const rows = await means.db.all<CancelReasonRow & { brand: string }>(sql`
    select r.*, b.name as brand from cancel_reasons r join brands b on b.id = r.brand_id
    where ${scoped(actor, { table: 'r', client: null })} order by r.brand_id, r.retired_at is not null, r.position, r.id limit 500`)
  const { reasons, money } = await readRetention(means, since, actor)
  const action = { label: t('offers.stay.new'), href: `${at}/new` }
  const figures = (row: CancelReasonRow): Cell[] => {
    const of = reasons.get(row.id)
    return of ? [of.cancelled, of.offered, of.accepted, of.declined] : [0, 0, 0, 0]
  }
  return {
    head: {
      title: t('offers.stay.title'),
      text: t('offers.stay.text'),
      actions: allowed(desk, 'cancel_reason.create') ? [{ ...action, kind: 'primary', icon: 'plus' }] : [],
    },
    main: [
      ...(money.length > 0 ? [moneyStats(desk, money)] : []),
      {
        kind: 'table',
        id: 'cancel-reasons',
        title: t('offers.stay.by_reason'),
        columns: [
          { label: t('offers.stay.reason'), phone: 'title' },
          { label: t('offers.stay.shop'), phone: 'hide' },
          { label: t('offers.stay.offer') },
          { label: t('offers.stay.cancelled'), align: 'end' },
          { label: t('offers.stay.offered'), align: 'end' },
          { label: t('offers.stay.accepted'), align: 'end', phone: 'side' },
          { label: t('offers.stay.declined'), align: 'end' },
        ],
        rows: rows.map((row) => ({
          ...{ id: `row-${row.id}`, href: `${at}/${row.id}`, label: row.name },
          cells: [nameOf(desk, row), row.brand, offerText(desk, row), ...figures(row)],
        })),
        empty: { icon: 'message', title: t('offers.stay.none'), text: t('offers.stay.none_text'), action },
      },
    ],
  }
}

const nameOf = ({ t }: Desk, { name, retired_at }: CancelReasonRow): string =>
  retired_at === null ? name : t('offers.stay.retired', { name })

function moneyStats(desk: Desk, money: Awaited<ReturnType<typeof readRetention>>['money']): Block {
  const { t } = desk
  return {
    ...{ kind: 'stats', id: 'stay-money' },
    items: money.flatMap(({ currency, given_minor, kept_minor }) => [
      { label: t('offers.stay.given'), value: inMoney(given_minor, currency), icon: 'discount' },
      {
        label: t('offers.stay.kept'),
        value: inMoney(kept_minor, currency),
        icon: 'coin',
        note: t('offers.stay.kept_note'),
      },
    ]),
  }
}

/** "50 % off 3 renewals" */
function offerText(desk: Desk, row: CancelReasonRow): Cell {
  const { t, locale } = desk
  if (row.offer === null) return '–'
  if (row.offer !== 'discount') return t(`offers.stay.kind.${row.offer}`)
  const off =
    row.percent_ppm === null
      ? moneyText(desk, row.amount_minor!, row.currency!)
      : formatRate(row.percent_ppm, locale)
  return t('offers.stay.off', { off, count: row.renewals! })
}

export async function readCancelReason({ means, actor }: Desk, id: string): Promise<CancelReasonRow> {
  const row = await means.db.get<CancelReasonRow>(
    sql`select r.* from cancel_reasons r where r.id = ${id} and ${scoped(actor, { table: 'r', client: null })}`,
  )
  if (!row) throw NotFound({ what: 'cancel_reason', id })
  return row
}

export async function newCancelReason(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  return {
    head: { title: t('offers.stay.new'), crumbs: crumbs(desk, t('offers.stay.new')) },
    main: [
      {
        ...{ kind: 'form', id: 'cancel-reason-form', action: at },
        fields: [await brandField(desk, asked), ...(await reasonFields(desk, asked, null))],
        submit: { label: t('offers.stay.create') },
        cancelHref: at,
        ...formParts(desk, asked),
      },
    ],
  }
}

const crumbs = ({ t }: Desk, label: string) => [{ label: t('offers.stay.title'), href: at }, { label }]

export async function cancelReasonPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const row = await readCancelReason(desk, asked.params.id!)
  const retire = { label: t('offers.stay.retire'), post: `${at}/${row.id}/retire`, icon: 'archive' } as const
  const isSold = row.retired_at === null
  return {
    head: {
      title: nameOf(desk, row),
      crumbs: crumbs(desk, row.name),
      actions: isSold && allowed(desk, 'cancel_reason.retire') ? [{ ...retire, kind: 'ghost' }] : [],
    },
    main: [
      {
        ...{
          kind: 'form',
          id: 'cancel-reason-form',
          action: `${at}/${row.id}`,
          text: t('offers.stay.change_text'),
        },
        fields: await reasonFields(desk, asked, row),
        submit: { label: t('admin.save') },
        ...formParts(desk, asked, row.version),
      },
    ],
  }
}

async function reasonFields(desk: Desk, asked: Asked, row: CancelReasonRow | null): Promise<Field[]> {
  const { t, means } = desk
  const l = labeller(desk)
  const products = await slugsOf(means.db, 'products', JSON.parse(row?.product_ids ?? '[]') as string[])
  const optional = { required: false }
  return [
    {
      ...filled(asked, 'name', row?.name),
      label: t('offers.stay.reason'),
      hint: t('offers.stay.reason_hint'),
    },
    { ...filled(asked, 'position', row?.position ?? 0), kind: 'number', min: 0, label: l('position') },
    {
      ...filled(asked, 'product_ids', products),
      ...{ ...optional, label: t('offers.stay.products'), hint: t('offers.stay.products_hint') },
    },
    { ...tickedField(asked, 'asks_note', row?.asks_note === 1), label: t('offers.stay.asks_note') },
    {
      ...filled(asked, 'offer', row?.offer),
      ...{ ...optional, kind: 'select', label: t('offers.stay.offer'), hint: t('offers.stay.offer_hint') },
      options: [
        { value: '', label: t('offers.stay.kind.none') },
        ...offerKinds.map((value) => ({ value, label: t(`offers.stay.kind.${value}`) })),
      ],
    },
    {
      ...filled(asked, 'offer_text', row?.offer_text),
      ...{ ...optional, kind: 'textarea', rows: 3, label: t('offers.stay.offer_text') },
    },
    ...worthFields(desk, asked, row),
  ]
}

/** What only a discount has. */
function worthFields(desk: Desk, asked: Asked, row: CancelReasonRow | null): Field[] {
  const { t } = desk
  const l = labeller(desk)
  const percent = row?.percent_ppm == null ? '' : String(row.percent_ppm / 10_000)
  const amount =
    row?.amount_minor == null ? '' : toDecimal({ minor: row.amount_minor, currency: row.currency! })
  const optional = { required: false }
  return [
    {
      ...filled(asked, 'percent', percent),
      ...optional,
      label: l('percent'),
      suffix: '%',
      hint: t('offers.stay.worth_hint'),
    },
    { ...filled(asked, 'amount', amount), ...optional, kind: 'money', label: l('amount') },
    { ...filled(asked, 'currency', row?.currency), ...optional, label: l('currency') },
    {
      ...filled(asked, 'renewals', row?.renewals),
      ...optional,
      kind: 'number',
      min: 1,
      label: t('offers.stay.renewals'),
    },
    {
      ...filled(asked, 'label', row?.label),
      ...optional,
      label: t('offers.stay.label'),
      hint: t('offers.stay.label_hint'),
    },
  ]
}
