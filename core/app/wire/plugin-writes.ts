import { createBillable } from '../../billing/index.ts'
import { createNote } from '../../clients/index.ts'
import { sql } from '../../db/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { holdOrder, noteOrder } from '../../orders/index.ts'
import type { WriteAct, WriteActs } from '../../plugins/index.ts'
import { editService, liftPluginHold, placePluginHold } from '../../services/index.ts'
import type { WriteBody, WriteScope } from '../../../sdk/index.ts'

/** What plugins may ask to have written, each by the verb that staff have for it. None moves money or its states. */
export const pluginWrites: WriteActs = {
  'client.write:note': act<'client.write:note'>([createNote], async (means, { clientId, body }, actor) => {
    const { id } = await createNote(means, { client_id: clientId, body: body.body }, actor)
    return id
  }),
  'client.write:billable_item': billableItem(),
  'order.write:note': act<'order.write:note'>([noteOrder], async (means, { recordId, body }, actor) => {
    await noteOrder(means, { order_id: recordId, note: body.note }, actor)
    return null
  }),
  'order.write:hold': act<'order.write:hold'>([holdOrder], async (means, { recordId, body }, actor) => {
    await holdOrder(means, { order_id: recordId, reason: body.reason }, actor)
    return null
  }),
  'service.write:label': act<'service.write:label'>(
    [editService],
    async (means, { recordId, body }, actor) => {
      await editService(means, { service_id: recordId, label: body.label }, actor)
      return null
    },
  ),
  'service.write:hold': act<'service.write:hold'>(
    [placePluginHold, liftPluginHold],
    async (means, { recordId, body }, actor) => {
      const input = { service_id: recordId }
      if (body.held) await placePluginHold(means, { ...input, note: body.reason }, actor)
      else await liftPluginHold(means, input, actor)
      return null
    },
  ),
}

type Act<S extends WriteScope> = (
  means: Parameters<WriteAct['act']>[0],
  wanted: { recordId: string; clientId: string; body: WriteBody<S> },
  actor: Parameters<WriteAct['act']>[2],
) => Promise<string | null>

/** The broker has held the body against the schema of its scope. */
function act<S extends WriteScope>(verbs: readonly { permission: string }[], write: Act<S>): WriteAct {
  return {
    permissions: verbs.map(({ permission }) => permission),
    money: () => null,
    act: (means, { body, ...wanted }, actor) =>
      write(means, { ...wanted, body: body as WriteBody<S> }, actor),
  }
}

type Item = WriteBody<'client.write:billable_item'>

/** One line on the next invoice of the client, in its own currency. */
function billableItem(): WriteAct {
  const bodyOf = ({ body }: { body: Record<string, unknown> }) => body as Item
  return {
    ...act<'client.write:billable_item'>([createBillable], (means, { clientId, body }, actor) => {
      const { description, amount, tax_class = 'standard' } = body
      const line = { description, basis: 'amount', quantity: '1', unit_minor: amount.minor, tax_class }
      return createBillable(
        means,
        { client_id: clientId, name: description, timing: 'next', lines: [line] },
        actor,
      )
    }),
    money(wanted) {
      const { minor, currency } = bodyOf(wanted).amount
      return { minor: BigInt(minor), currency }
    },
    async check(queries, wanted) {
      const { currency } = bodyOf(wanted).amount
      const client = await queries.get<{ currency: string }>(
        sql`select currency from clients where id = ${wanted.clientId}`,
      )
      if (client && client.currency !== currency)
        throw invalidInput({
          'amount.currency': `is ${currency}; the client is billed in ${client.currency}`,
        })
    },
  }
}
