import { serviceTitle } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import { findAccount, type ServerAccountRow } from '../../../services/index.ts'
import type { Block, Button, Cell, PageView } from '../blocks.ts'
import { clientLink, filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { differencesIn, kindCell, sideWords, whatWords } from './server-account-words.ts'

const WORDS = 'admin.server_accounts'

interface Names {
  server: string
  label: string | null
  product: string | null
  client: string | null
}

/** One account or service of a comparison: what is known of it on both sides, and what can be done. */
export async function accountPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const row = await findAccount(means.db, actor, asked.params.id!)
  const names = (await means.db.get<Names>(sql`
    select v.name as server, s.label, p.name as product, coalesce(c.company, c.name) as client from servers v
    left join services s on s.id = ${row.service_id} left join products p on p.id = s.product_id
    left join clients c on c.id = s.client_id where v.id = ${row.server_id}`))!
  const back = `/admin/servers/${row.server_id}/accounts`
  const at = `/admin/server-accounts/${row.id}`
  return {
    head: {
      title: row.name,
      crumbs: [
        { label: t('admin.servers.title'), href: '/admin/servers' },
        { label: names.server, href: `/admin/servers/${row.server_id}` },
        { label: t(`${WORDS}.title`), href: back },
        { label: row.name },
      ],
      status: [kindCell(desk, row)],
      actions: actsOf(desk, row, at),
    },
    main: [
      { kind: 'notice', id: 'account-says', tone: 'info', text: t(`${WORDS}.says.${row.kind}`) },
      ...problemsOf(desk, row),
      ...differenceFacts(desk, row),
      ...adoptForm(desk, asked, row, at),
      ...noteForm(desk, asked, row, at),
      await auditTimeline(desk, { subject: row.id, id: `account-${row.id}-history` }),
    ],
    aside: [factsOf(desk, row, names)],
  }
}

function actsOf(desk: Desk, row: ServerAccountRow, at: string): Button[] {
  const { t } = desk
  const isFailed = differencesIn(row).some(({ what, there }) => what === 'state' && there === 'failed')
  const aligns = row.kind === 'missing' || (row.kind === 'differs' && !isFailed)
  const button = (act: 'align' | 'adopt', label: string, icon: string): Button[] =>
    allowed(desk, `server_account.${act}`)
      ? [{ label: t(`${WORDS}.${label}`), post: `${at}/${act}`, kind: 'primary', icon }]
      : []
  if (aligns) return button('align', row.kind === 'missing' ? 'make_again' : 'align', 'refresh')
  return row.kind === 'waiting' ? button('adopt', 'adopt', 'check') : []
}

function problemsOf({ t }: Desk, { problem, note }: ServerAccountRow): Block[] {
  return [
    ...(problem === null
      ? []
      : [
          {
            ...{ kind: 'notice' as const, id: 'account-problem', tone: 'bad' as const },
            ...{ title: t(`${WORDS}.not_adopted`), text: problem },
          },
        ]),
    ...(note === null
      ? []
      : [
          {
            ...{ kind: 'notice' as const, id: 'account-note', tone: 'info' as const },
            ...{ title: t(`${WORDS}.tab.ignored`), text: note },
          },
        ]),
  ]
}

function differenceFacts(desk: Desk, row: ServerAccountRow): Block[] {
  const { t } = desk
  const differs = differencesIn(row)
  if (differs.length === 0) return []
  return [
    {
      kind: 'facts',
      id: 'account-differences',
      title: t(`${WORDS}.differences`),
      items: differs.map((one) => ({
        label: whatWords(desk, one),
        value: t(`${WORDS}.sides`, {
          here: sideWords(desk, one, one.here),
          there: sideWords(desk, one, one.there),
        }),
      })),
    },
  ]
}

/** One that bears the id of a service has a button for it; another service can be chosen all the same. */
function adoptForm(desk: Desk, asked: Asked, row: ServerAccountRow, at: string): Block[] {
  const { t } = desk
  const isFree = row.kind === 'stray' || row.kind === 'left' || row.kind === 'waiting'
  if (!isFree || !allowed(desk, 'server_account.adopt')) return []
  return [
    {
      kind: 'form',
      id: 'account-adopt',
      title: t(`${WORDS}.give`),
      text: t(`${WORDS}.give_text`),
      action: `${at}/adopt`,
      fields: [
        { ...filled(asked, 'service_id'), label: t('admin.label.service_id'), hint: t(`${WORDS}.give_hint`) },
      ],
      submit: { label: t(`${WORDS}.adopt`), kind: 'secondary' },
      ...formParts(desk, asked),
    },
  ]
}

function noteForm(desk: Desk, asked: Asked, row: ServerAccountRow, at: string): Block[] {
  const { t } = desk
  if (row.kind === 'agrees' || !allowed(desk, 'server_account.note')) return []
  const isNoted = row.note !== null
  return [
    {
      kind: 'form',
      id: 'account-leave',
      title: t(`${WORDS}.${isNoted ? 'show' : 'leave'}`),
      text: t(`${WORDS}.${isNoted ? 'show_text' : 'leave_text'}`),
      action: `${at}/note`,
      fields: isNoted
        ? [{ name: 'show', kind: 'hidden', label: '', value: '1' }]
        : [{ ...filled(asked, 'note'), label: t('admin.label.note') }],
      submit: { label: t(`${WORDS}.${isNoted ? 'show' : 'leave'}`), kind: 'secondary' },
      ...formParts(desk, asked),
    },
  ]
}

function factsOf(desk: Desk, row: ServerAccountRow, names: Names): Block {
  const { t } = desk
  const l = labeller(desk)
  const service: Cell =
    row.service_id === null || names.label === null
      ? null
      : { href: `/admin/services/${row.service_id}`, text: serviceTitle(names.product!, names.label) }
  return {
    kind: 'facts',
    id: `account-${row.id}-facts`,
    items: [
      { label: l('service'), value: service },
      { label: l('client'), value: clientLink(row.client_id, names.client) },
      { label: l('remote_id'), value: row.remote_id },
      { label: t(`${WORDS}.our_id`), value: row.external_id },
      { label: t(`${WORDS}.state_there`), value: row.state === null ? null : { state: row.state } },
      { label: t(`${WORDS}.plan_there`), value: row.product },
      { label: l('since'), value: { at: row.found_at } },
    ],
  }
}
