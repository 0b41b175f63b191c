import { readMessage, type MessageSummary } from '../../../mail/index.ts'
import { sql } from '../../../db/index.ts'
import { scoped } from '../../../records/index.ts'
import type { PageView } from '../blocks.ts'
import { labeller, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { recordCell } from './automation.ts'
import { listPage } from './list-page.ts'

/** The mail log. */
export function messageList(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  const { t } = desk
  return listPage<MessageSummary>(desk, asked, {
    noun: 'messages',
    path: '/admin/messages',
    icon: 'mail',
    listing: {
      columns: sql`m.id, m.client_id, m.template, m.to_address, m.to_name, m.subject, m.status, m.attempts, m.last_error, m.sent_at, m.created_at`,
      from: sql`from messages m`,
      where: [scoped(desk.actor, { table: 'm' })],
      key: sql`m.id`,
    },
    searchIn: [sql`m.to_address`, sql`m.subject`, sql`m.template`],
    filters: { client: sql`m.client_id`, template: sql`m.template` },
    tabs: [
      { value: 'all', label: t('admin.tab.all') },
      ...['queued', 'sent', 'failed', 'withheld'].map((value) => ({
        value,
        label: t(`common.state.${value}`),
        where: sql`m.status = ${value}`,
      })),
    ],
    columns: [
      { label: l('subject'), phone: 'title' },
      { label: l('recipient') },
      { label: l('template'), phone: 'hide' },
      { label: l('state'), phone: 'side' },
      { label: l('at') },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/messages/${row.id}`,
      label: row.subject,
      cells: [
        row.subject,
        row.to_address,
        row.template.replaceAll('-', ' '),
        { state: row.status },
        { at: row.sent_at ?? row.created_at },
      ],
    }),
  })
}

/** One mail as it was sent: its own document, in a frame that may do nothing. */
export async function messagePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const l = labeller(desk)
  const message = await readMessage(means, { id: asked.params.id }, actor)
  return {
    head: {
      title: message.subject,
      crumbs: [{ label: t('admin.messages.title'), href: '/admin/messages' }, { label: message.subject }],
      status: [{ state: message.status }],
      actions: allowed(desk, 'message.resend')
        ? [{ label: t('admin.messages.resend'), post: `/admin/messages/${message.id}/resend`, icon: 'send' }]
        : [],
    },
    main: [
      ...(message.last_error
        ? [{ kind: 'notice', id: 'message-error', tone: 'bad', text: message.last_error } as const]
        : []),
      {
        kind: 'sheet',
        id: 'message-sheet',
        title: t('admin.messages.as_sent'),
        href: `/admin/messages/${message.id}/sheet`,
      },
      { kind: 'text', id: 'message-plain', title: t('admin.messages.plain'), text: message.plain },
    ],
    aside: [
      {
        kind: 'facts',
        id: 'message-facts',
        items: [
          { label: l('recipient'), value: `${message.to_name} <${message.to_address}>` },
          { label: l('sender'), value: message.sender },
          { label: l('template'), value: { mono: message.template } },
          { label: l('client'), value: message.client_id ? recordCell(message.client_id) : null },
          { label: l('record'), value: message.subject_of ? recordCell(message.subject_of) : null },
          { label: l('attempts'), value: message.attempts },
          { label: l('at'), value: { at: message.created_at } },
          { label: l('sent_at'), value: { at: message.sent_at } },
          { label: l('attachments'), value: message.attachments.map(({ name }) => name).join(', ') },
          { label: l('id'), value: { copy: message.id, label: l('id') } },
        ],
      },
    ],
  }
}
