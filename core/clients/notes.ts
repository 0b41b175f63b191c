import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql } from '../db/index.ts'
import { defineVerb, updateVersioned, type Means } from '../records/index.ts'
import { findClient, findOfClient } from './find-client.ts'
import type { ClientNote } from './rows.ts'

const Body = Type.String({ minLength: 1, maxLength: 10_000 })
const Pinned = Type.Optional(Type.Boolean())
const audience = ['staff'] as const

/** Pinned ones first, then the newest. */
export const listNotes = defineVerb(
  { permission: 'note.list', audience, input: Type.Object({ client_id: Type.String() }) },
  async (means: Means, { client_id }, actor): Promise<ClientNote[]> => {
    await findClient(means.db, actor, client_id, 'note.list')
    return means.db.all<ClientNote>(
      sql`select * from client_notes where client_id = ${client_id} order by pinned desc, id desc`,
    )
  },
)

export const createNote = defineVerb(
  {
    permission: 'note.create',
    asksNobody: 'a note is words for staff',
    audience: ['staff', 'plugin'],
    input: Type.Object({ client_id: Type.String(), body: Body, pinned: Pinned }),
  },
  async (means: Means, { client_id, body, pinned }, actor): Promise<{ id: string }> =>
    means.db.transaction(async (trx) => {
      const client = await findClient(trx, actor, client_id, 'note.create')
      const id = means.newId('nte')
      const now = means.business.now()
      const row = { body, pinned: pinned ? 1 : 0, author: actor.id, author_name: actor.name }
      await trx.insert('client_notes', [
        { id, client_id: client.id, ...row, created_at: now, updated_at: now },
      ])
      await recordAudit(means, trx, actor, [
        { action: 'note.create', subject: id, clientId: client.id, after: row },
      ])
      return { id }
    }),
)

export const changeNote = defineVerb(
  {
    permission: 'note.change',
    asksNobody: 'a note is words for staff',
    audience,
    input: Type.Object({ note_id: Type.String(), body: Type.Optional(Body), pinned: Pinned }),
  },
  async (means: Means, { note_id, body, pinned }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findOfClient<ClientNote>(trx, actor, wanted(note_id, 'note.change'))
      const set = { body: body ?? row.body, pinned: pinned === undefined ? row.pinned : pinned ? 1 : 0 }
      await updateVersioned(means, trx, { table: 'client_notes', what: 'note', row, set })
      const before = { body: row.body, pinned: row.pinned }
      await recordAudit(means, trx, actor, [
        { action: 'note.change', subject: row.id, clientId: row.client_id, before, after: set },
      ])
    }),
)

export const deleteNote = defineVerb(
  {
    permission: 'note.delete',
    asksNobody: 'a note is words for staff',
    audience,
    input: Type.Object({ note_id: Type.String() }),
  },
  async (means: Means, { note_id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findOfClient<ClientNote>(trx, actor, wanted(note_id, 'note.delete'))
      await trx.run(sql`delete from client_notes where id = ${row.id}`)
      await recordAudit(means, trx, actor, [
        { action: 'note.delete', subject: row.id, clientId: row.client_id, before: row },
      ])
    }),
)

const wanted = (id: string, right: string) => ({ table: 'client_notes', what: 'note', id, right })
