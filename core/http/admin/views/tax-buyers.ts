import { listExemptions, listTaxIds, type ListedExemption, type TaxIdRow } from '../../../billing/index.ts'
import type { Block, MenuItem, PageView } from '../blocks.ts'
import { clientLink, filled, formParts, labeller, tickedField, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { taxTabs } from './tax-tabs.ts'

const clientOf = ({ query, refused }: Asked): string | undefined => {
  const typed = refused?.values.client_id
  return query.client ?? (typeof typed === 'string' ? typed : undefined)
}

/** Certificates by which clients owe no tax. */
export async function exemptionsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const client_id = clientOf(asked)
  const rows = await listExemptions(means, client_id === undefined ? {} : { client_id }, actor)
  return {
    head: {
      title: t('tax.exemptions.title'),
      crumbs: [{ label: t('admin.tax.title'), href: '/admin/tax' }, { label: t('tax.exemptions.title') }],
      text: t('tax.exemptions.text'),
    },
    tabs: taxTabs(desk, 'exemptions'),
    main: [
      papers(desk, rows),
      ...(allowed(desk, 'tax_exemption.add') ? [paperForm(desk, asked, client_id)] : []),
    ],
  }
}

function papers(desk: Desk, rows: readonly ListedExemption[]): Block {
  const { t, today } = desk
  const l = labeller(desk)
  const standing = (row: ListedExemption) => {
    if (row.withdrawn_at !== null) return 'withdrawn'
    if (row.starts_on > today) return 'coming'
    return row.ends_on !== null && row.ends_on <= today ? 'over' : 'used'
  }
  return {
    kind: 'table',
    id: 'tax-exemptions',
    title: t('tax.exemptions.list'),
    columns: [
      { label: l('client'), phone: 'title' },
      { label: l('number'), phone: 'line' },
      { label: t('tax.label.authority'), phone: 'hide' },
      { label: t('tax.label.scope'), phone: 'hide' },
      { label: l('from') },
      { label: l('to'), phone: 'side' },
      { label: l('state') },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      label: `${row.client} ${row.number}`,
      cells: [
        clientLink(row.client_id, row.client),
        row.file_id === null
          ? row.number
          : { href: `/admin/tax/exemptions/${row.id}/paper`, text: row.number },
        row.authority,
        [row.country, ...(JSON.parse(row.tax_classes) as string[])].filter(Boolean).join(', ') ||
          t('tax.exemptions.all'),
        { day: row.starts_on },
        { day: row.ends_on, relative: true },
        t(`tax.exemptions.standing.${standing(row)}`),
      ],
      menu: withdrawal(desk, row),
    })),
    empty: { icon: 'receipt-tax', title: t('tax.exemptions.none') },
  }
}

const withdrawal = (desk: Desk, row: ListedExemption): MenuItem[] =>
  row.withdrawn_at === null && allowed(desk, 'tax_exemption.withdraw')
    ? [
        {
          ...{ label: desk.t('tax.exemptions.withdraw'), icon: 'ban', danger: true },
          href: `/admin/tax/exemptions/${row.id}/withdraw`,
        },
      ]
    : []

function paperForm(desk: Desk, asked: Asked, clientId: string | undefined): Block {
  const { t, today } = desk
  const l = labeller(desk)
  return {
    kind: 'form',
    id: 'tax-exemption-form',
    title: t('tax.exemptions.add_title'),
    action: '/admin/tax/exemptions',
    takesFiles: true,
    fields: [
      { ...filled(asked, 'client_id', clientId), label: l('client'), hint: t('tax.exemptions.client_hint') },
      { ...filled(asked, 'number'), label: l('number') },
      { ...filled(asked, 'authority'), label: t('tax.label.authority') },
      {
        ...filled(asked, 'country'),
        label: l('country'),
        hint: t('tax.exemptions.country_hint'),
        required: false,
      },
      {
        ...filled(asked, 'tax_classes'),
        ...{ label: l('tax_class'), hint: t('tax.exemptions.classes_hint'), required: false },
      },
      { ...filled(asked, 'starts_on', today), kind: 'date', label: l('from') },
      { ...filled(asked, 'ends_on'), kind: 'date', label: l('to'), required: false },
      {
        ...{ ...filled(asked, 'f.paper'), kind: 'file', label: t('tax.label.paper') },
        ...{ hint: t('tax.exemptions.paper_hint'), required: false },
      },
    ],
    submit: { label: t('tax.exemptions.add') },
    ...formParts(desk, asked),
  }
}

/** What an id found valid is worth, and which ids need a person. */
export async function taxIdsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const client_id = clientOf(asked)
  const all = asked.query.show === 'all' || client_id !== undefined
  const rows = await listTaxIds(means, client_id === undefined ? { attention: !all } : { client_id }, actor)
  const confirming = client_id === undefined ? undefined : rows[0]
  return {
    head: {
      title: t('tax.ids.title'),
      crumbs: [{ label: t('admin.tax.title'), href: '/admin/tax' }, { label: t('tax.ids.title') }],
      text: t('tax.ids.text'),
      actions: [
        all
          ? { label: t('tax.ids.show_attention'), href: '/admin/tax/ids' }
          : { label: t('tax.ids.show_all'), href: '/admin/tax/ids?show=all' },
      ],
    },
    tabs: taxTabs(desk, 'ids'),
    main: [
      taxIds(desk, rows),
      ...(confirming && allowed(desk, 'tax_id.confirm') ? [confirmForm(desk, asked, confirming)] : []),
    ],
  }
}

function taxIds(desk: Desk, rows: readonly TaxIdRow[]): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: 'tax-ids',
    title: t('tax.ids.list'),
    columns: [
      { label: l('client'), phone: 'title' },
      { label: l('tax_id'), phone: 'line' },
      { label: l('state'), phone: 'side' },
      { label: t('tax.label.checked_at'), phone: 'hide' },
      { label: t('tax.label.through'), phone: 'hide' },
      { label: l('reference'), phone: 'hide' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.client_id}`,
      label: row.client,
      cells: [
        clientLink(row.client_id, row.client),
        `${row.country} ${row.tax_id}`,
        t(`tax.ids.standing.${row.standing}`),
        { at: row.checked_at },
        { day: row.tax_id_valid_through },
        row.reference ?? row.reason,
      ],
      menu: [
        {
          ...{ label: t('tax.ids.ask'), icon: 'refresh', post: true },
          href: `/admin/tax/ids/${row.client_id}/check`,
        },
        { label: t('tax.ids.confirm'), href: `/admin/tax/ids?client=${row.client_id}`, icon: 'user-check' },
      ],
    })),
    empty: { icon: 'receipt-tax', title: t('tax.ids.none') },
  }
}

function confirmForm(desk: Desk, asked: Asked, row: TaxIdRow): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'form',
    id: 'tax-id-confirm',
    title: t('tax.ids.confirm_title', { client: row.client, id: row.tax_id }),
    action: `/admin/tax/ids/${row.client_id}/confirm`,
    fields: [
      { ...tickedField(asked, 'valid', true), label: t('tax.label.valid') },
      { ...filled(asked, 'reason'), label: l('reason') },
      { ...filled(asked, 'reference'), label: l('reference'), required: false },
    ],
    submit: { label: t('tax.ids.confirm') },
    ...formParts(desk, asked),
  }
}
