import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, type Queries } from '../db/index.ts'
import { Email } from '../identity/index.ts'
import { defineVerb, demandCheck, updateVersioned, type Means } from '../records/index.ts'
import { changeAsking } from './change-asking.ts'
import { findClient, findOfClient } from './find-client.ts'
import { contactTopics, type Contact, type ContactTopic } from './rows.ts'

const Details = {
  name: Type.String({ minLength: 1, maxLength: 120 }),
  email: Email,
  topics: Type.Array(Type.Union(contactTopics.map((topic) => Type.Literal(topic))), {
    minItems: 1,
    uniqueItems: true,
  }),
}
const audience = ['staff', 'client'] as const
/** What plugins are told that changes of the client. */
const CHANGED = ['contacts']

export const listContacts = defineVerb(
  { permission: 'contact.list', audience, input: Type.Object({ client_id: Type.String() }) },
  async (means: Means, { client_id }, actor): Promise<Contact[]> => {
    await findClient(means.db, actor, client_id, 'contact.list')
    return contactsOf(means.db, client_id)
  },
)

export const createContact = defineVerb(
  {
    permission: 'contact.create',
    asks: ['client.change:check'],
    audience,
    input: Type.Object({ client_id: Type.String(), ...Details }),
  },
  async (means: Means, input, actor): Promise<{ id: string }> =>
    means.db.transaction(async (trx) => {
      const client = await findClient(trx, actor, input.client_id, 'contact.create')
      demandCheck(means, trx, actor, changeAsking(client, CHANGED))
      const id = means.newId('cnt')
      const now = means.business.now()
      const details = { name: input.name, email: input.email, topics: JSON.stringify(input.topics) }
      await trx.insert('contacts', [
        { id, client_id: client.id, ...details, created_at: now, updated_at: now },
      ])
      await recordAudit(means, trx, actor, [
        { action: 'contact.create', subject: id, clientId: client.id, after: details },
      ])
      return { id }
    }),
)

export const changeContact = defineVerb(
  {
    permission: 'contact.change',
    asks: ['client.change:check'],
    audience,
    input: Type.Object({ contact_id: Type.String(), ...Details }),
  },
  async (means: Means, input, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findOfClient<StoredContact>(trx, actor, wanted(input.contact_id, 'contact.change'))
      const client = await findClient(trx, actor, row.client_id, 'contact.change')
      demandCheck(means, trx, actor, changeAsking(client, CHANGED))
      const set = { name: input.name, email: input.email, topics: JSON.stringify(input.topics) }
      await updateVersioned(means, trx, { table: 'contacts', what: 'contact', row, set })
      await recordAudit(means, trx, actor, [
        { action: 'contact.change', subject: row.id, clientId: row.client_id, before: row, after: set },
      ])
    }),
)

export const deleteContact = defineVerb(
  {
    permission: 'contact.delete',
    asks: ['client.change:check'],
    audience,
    input: Type.Object({ contact_id: Type.String() }),
  },
  async (means: Means, { contact_id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findOfClient<StoredContact>(trx, actor, wanted(contact_id, 'contact.delete'))
      const client = await findClient(trx, actor, row.client_id, 'contact.delete')
      demandCheck(means, trx, actor, changeAsking(client, CHANGED))
      await trx.run(sql`delete from contacts where id = ${row.id}`)
      await recordAudit(means, trx, actor, [
        { action: 'contact.delete', subject: row.id, clientId: row.client_id, before: row },
      ])
    }),
)

/** Who else gets the mails of a topic; for whoever sends them. */
export async function contactsFor(
  queries: Queries,
  clientId: string,
  topic: ContactTopic,
): Promise<Contact[]> {
  return (await contactsOf(queries, clientId)).filter((contact) => contact.topics.includes(topic))
}

type StoredContact = Omit<Contact, 'topics'> & { topics: string }

async function contactsOf(queries: Queries, clientId: string): Promise<Contact[]> {
  const rows = await queries.all<StoredContact>(
    sql`select * from contacts where client_id = ${clientId} order by name, id`,
  )
  return rows.map((row) => ({ ...row, topics: JSON.parse(row.topics) as ContactTopic[] }))
}

const wanted = (id: string, right: string) => ({ table: 'contacts', what: 'contact', id, right })
