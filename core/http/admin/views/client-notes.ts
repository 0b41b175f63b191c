import type { Client } from '../../../clients/index.ts'
import { sql } from '../../../db/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import type { Block } from '../blocks.ts'
import { formParts, labeller, tickedField, type Asked, type Desk } from '../desk.ts'

interface Note {
  id: string
  author_name: string
  body: string
  pinned: number
  created_at: Instant
}

export const notesOf = (desk: Desk, client: Client): Promise<Note[]> =>
  desk.means.db.all<Note>(
    sql`select id, author_name, body, pinned, created_at from client_notes where client_id = ${client.id} order by pinned desc, id desc limit 50`,
  )

export const pinnedNote = (note: Note): Block => ({
  kind: 'notice',
  id: `pinned-${note.id}`,
  tone: 'warn',
  title: note.author_name,
  text: note.body,
})

export function notesBlock(desk: Desk, client: Client, notes: readonly Note[]): Block {
  const l = labeller(desk)
  const { t } = desk
  return {
    kind: 'table',
    id: `client-${client.id}-notes`,
    title: t('admin.notes.title'),
    columns: [{ label: l('note'), phone: 'title' }, { label: l('by') }, { label: l('at') }],
    rows: notes.map((note) => ({
      id: `row-${note.id}`,
      label: note.body.slice(0, 40),
      cells: [note.body, note.author_name, { at: note.created_at }],
      menu: [
        {
          label: t(note.pinned === 1 ? 'admin.notes.unpin' : 'admin.notes.pin'),
          href: `/admin/clients/${client.id}/notes/${note.id}/pin`,
          icon: 'pin',
          post: true,
        },
        {
          label: t('admin.remove'),
          href: `/admin/clients/${client.id}/notes/${note.id}/remove`,
          icon: 'trash',
          post: true,
          danger: true,
        },
      ],
    })),
    empty: { icon: 'notes', title: t('admin.notes.none') },
  }
}

export function noteForm(desk: Desk, asked: Asked, client: Client): Block {
  const { t } = desk
  const error = asked.refused?.fields.body
  return {
    kind: 'form',
    id: `client-${client.id}-note-form`,
    title: t('admin.notes.new'),
    action: `/admin/clients/${client.id}/notes`,
    fields: [
      {
        kind: 'textarea',
        name: 'body',
        rows: 3,
        label: desk.t('admin.label.note'),
        hint: t('admin.notes.hint'),
        ...(error ? { error } : {}),
      },
      { ...tickedField(asked, 'pinned', false), label: t('admin.notes.pinned') },
    ],
    submit: { label: t('admin.notes.add'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}
