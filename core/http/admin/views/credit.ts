import { leftOfGrant, USUAL_PRIORITY, type GrantRow, type TopUpRow } from '../../../billing/index.ts'
import { findClient, type Client } from '../../../clients/index.ts'
import { sql } from '../../../db/index.ts'
import type { IsoDate } from '../../../kernel/index.ts'
import { findRow } from '../../../records/index.ts'
import { inMoney, type Block, type DangerView, type PageView, type Row } from '../blocks.ts'
import { filled, formParts, moneyText, type Asked, type Desk } from '../desk.ts'
import { crumbs } from './client-forms.ts'
import { allowed } from './clients.ts'
import { dangerParts } from './invoice-forms.ts'
import { journalName } from './words.ts'

type Left = GrantRow & { left_minor: bigint }

interface Movement {
  journal_id: string
  position: number
  kind: string
  effective_on: IsoDate
  currency: string
  amount_minor: bigint
}

/** A client's credit: what was paid in and what we gave, how it refills itself, and every posting, newest first. */
export async function creditPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const client = await findClient(means.db, desk.actor, asked.params.id!, 'client.read')
  const grants = await means.db.all<Left>(
    sql`select g.*, ${leftOfGrant} as left_minor from credit_grants g where g.client_id = ${client.id} order by g.id desc limit 200`,
  )
  const [topUp] = await means.db.all<TopUpRow>(
    sql`select * from credit_top_ups where client_id = ${client.id}`,
  )
  const give = {
    label: t('payments.credit.give'),
    href: `/admin/clients/${client.id}/credit/give`,
    icon: 'plus',
  }
  return {
    head: {
      title: t('admin.credit.title'),
      crumbs: crumbs(desk, t('admin.credit.title'), client),
      ...(allowed(desk, 'credit.grant') ? { actions: [give] } : {}),
    },
    main: [
      await balances(desk, client, grants),
      ...(topUp ? [refill(desk, topUp)] : []),
      grantTable(desk, grants),
      await movements(desk, client),
    ],
  }
}

async function balances({ t, means }: Desk, client: Client, grants: readonly Left[]): Promise<Block> {
  const row = await means.db.get<{ balance_minor: bigint | null }>(sql`
    select -sum(amount_minor) as balance_minor from postings where client_id = ${client.id} and account = 'client_credit' and currency = ${client.currency}`)
  const balance = row?.balance_minor ?? 0n
  const given = grants
    .filter(({ currency, left_minor }) => currency === client.currency && left_minor > 0n)
    .reduce((sum, { left_minor }) => sum + left_minor, 0n)
  return {
    kind: 'stats',
    id: 'credit-balance',
    items: [
      { label: t('admin.credit.balance'), value: inMoney(balance, client.currency), icon: 'wallet' },
      { label: t('payments.credit.of_it_given'), value: inMoney(given, client.currency), icon: 'ticket' },
    ],
  }
}

const refill = (desk: Desk, row: TopUpRow): Block => ({
  kind: 'notice',
  id: 'credit-top-up',
  tone: row.paused_at === null ? 'info' : 'warn',
  title: desk.t(row.paused_at === null ? 'payments.top_up.on' : 'payments.top_up.paused'),
  text: [
    desk.t('payments.top_up.rule', {
      amount: moneyText(desk, row.amount_minor, row.currency),
      threshold: moneyText(desk, row.threshold_minor, row.currency),
    }),
    row.problem ?? '',
  ].join(' '),
})

function grantTable(desk: Desk, grants: readonly Left[]): Block {
  const l = (name: string) => desk.t(`payments.label.${name}`)
  return {
    kind: 'table',
    id: 'credit-grants',
    title: desk.t('payments.credit.grants'),
    columns: [
      { label: l('reason'), phone: 'title' },
      { label: l('origin'), phone: 'hide' },
      { label: l('ends_on') },
      { label: l('priority'), align: 'end', phone: 'hide' },
      { label: l('given'), align: 'end' },
      { label: l('left'), align: 'end', phone: 'side' },
    ],
    rows: grants.map((row) => grantRow(desk, row)),
    empty: { icon: 'ticket', title: desk.t('payments.credit.no_grants') },
  }
}

const grantRow = (desk: Desk, row: Left): Row => ({
  id: `row-${row.id}`,
  label: row.reason,
  cells: [
    row.reason,
    desk.t(`payments.origin.${row.origin}`),
    { day: row.expires_on },
    row.priority,
    inMoney(row.amount_minor, row.currency),
    inMoney(row.left_minor, row.currency),
  ],
  ...(row.left_minor > 0n && allowed(desk, 'credit.revoke')
    ? {
        menu: [
          {
            label: desk.t('payments.credit.revoke'),
            href: `/admin/credit-grants/${row.id}/revoke`,
            danger: true,
          },
        ],
      }
    : {}),
})

async function movements(desk: Desk, client: Client): Promise<Block> {
  const { t } = desk
  const l = (name: string) => t(`admin.label.${name}`)
  const rows = await desk.means.db.all<Movement>(sql`
    select p.journal_id, p.position, j.kind, j.effective_on, p.currency, p.amount_minor
    from postings p join journals j on j.id = p.journal_id
    where p.client_id = ${client.id} and p.account = 'client_credit' order by p.journal_id desc, p.position limit 200`)
  return {
    kind: 'table',
    id: 'credit-movements',
    title: t('admin.credit.movements'),
    columns: [
      { label: l('day'), phone: 'title' },
      { label: l('kind') },
      { label: l('amount'), align: 'end', phone: 'side' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.journal_id}-${row.position}`,
      href: `/admin/ledger/journals/${row.journal_id}`,
      label: journalName(desk, row.kind),
      cells: [
        { day: row.effective_on },
        journalName(desk, row.kind),
        inMoney(-row.amount_minor, row.currency),
      ],
    })),
    empty: { icon: 'wallet', title: t('admin.credit.none') },
  }
}

export async function giveCredit(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const l = (name: string) => t(`payments.label.${name}`)
  const client = await findClient(means.db, desk.actor, asked.params.id!, 'client.read')
  const at = `/admin/clients/${client.id}/credit`
  return {
    head: {
      title: t('payments.credit.give'),
      text: t('payments.credit.give_text'),
      crumbs: crumbs(desk, t('payments.credit.give'), client),
    },
    main: [
      {
        kind: 'form',
        id: 'give-credit',
        action: `${at}/give`,
        fields: [
          { ...filled(asked, 'amount'), kind: 'money', currency: client.currency, label: l('amount') },
          {
            ...filled(asked, 'origin', 'promotional'),
            kind: 'radio',
            label: l('origin'),
            options: ['promotional', 'goodwill'].map((value) => ({
              value,
              label: t(`payments.origin.${value}`),
            })),
          },
          {
            ...filled(asked, 'expires_on'),
            ...{ kind: 'date', required: false, label: l('ends_on'), hint: t('payments.credit.ends_hint') },
          },
          {
            ...filled(asked, 'priority', USUAL_PRIORITY),
            ...{ kind: 'number', label: l('priority'), hint: t('payments.credit.priority_hint') },
          },
          { ...filled(asked, 'reason'), kind: 'textarea', rows: 2, label: l('reason') },
        ],
        submit: { label: t('payments.credit.give') },
        cancelHref: at,
        ...formParts(desk, asked),
      },
    ],
  }
}

export async function revokePage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { t, means, actor } = desk
  const { id } = await findRow<GrantRow>(means.db, actor, {
    ...{ table: 'credit_grants', what: 'credit grant', id: asked.params.id! },
  })
  const row = (await means.db.get<Left>(
    sql`select g.*, ${leftOfGrant} as left_minor from credit_grants g where g.id = ${id}`,
  ))!
  const at = `/admin/clients/${row.client_id}/credit`
  return {
    title: t('payments.credit.revoke'),
    crumbs: [{ label: t('admin.credit.title'), href: at }, { label: t('payments.credit.revoke') }],
    action: `/admin/credit-grants/${row.id}/revoke`,
    label: t('payments.credit.revoke'),
    cancelHref: at,
    acts: [
      {
        text: t('payments.credit.revoke_effect', {
          amount: moneyText(desk, row.left_minor, row.currency),
        }),
        final: true,
      },
      { text: t('payments.credit.revoke_keeps') },
    ],
    ...dangerParts(desk, asked),
  }
}
