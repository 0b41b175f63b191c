import {
  agreeInstalments,
  endInstalments,
  findInstalments,
  openOfPart,
  readInvoice,
} from '../../../billing/index.ts'
import { NotFound, type Actor } from '../../../kernel/index.ts'
import { amount } from '../amount.ts'
import { bodyOf, type Endpoint } from '../endpoint.ts'

const path = '/invoices/{invoice_id}/instalments'
const tag = 'invoices'

export const instalmentEndpoints: readonly Endpoint[] = [
  {
    ...{ id: 'getInstalments', method: 'get', path, tag },
    summary: 'Read the plan by which an invoice is paid, or was last',
    ...{ permission: readInvoice.permission, audience: readInvoice.audience },
    status: 200,
    answer: { one: 'InstalmentPlan' },
    handle: ({ deps, actor, params }) => planResource(deps, params, actor),
  },
  {
    ...{ id: 'agreeInstalments', method: 'post', path, tag },
    summary: 'Agree that what is open of an invoice is paid in parts',
    ...{ permission: agreeInstalments.permission, audience: agreeInstalments.audience },
    body: bodyOf(agreeInstalments, ['invoice_id']),
    status: 201,
    answer: { one: 'InstalmentPlan' },
    refusals: { 409: 'Nothing is open of it, there is a plan already, or a payment is under way.' },
    async handle({ deps, actor, params, body }) {
      await agreeInstalments(deps, { ...body, ...params }, actor)
      return planResource(deps, params, actor)
    },
  },
  {
    ...{ id: 'endInstalments', method: 'post', path: `${path}/end`, tag },
    summary: 'End a plan: the whole rest is owed',
    ...{ permission: endInstalments.permission, audience: endInstalments.audience },
    body: bodyOf(endInstalments, ['invoice_id']),
    status: 200,
    answer: { one: 'InstalmentPlan' },
    refusals: { 409: 'No plan of it runs.' },
    async handle({ deps, actor, params, body }) {
      await endInstalments(deps, { ...body, ...params }, actor)
      return planResource(deps, params, actor)
    },
  },
]

async function planResource(deps: Parameters<typeof readInvoice>[0], params: object, actor: Actor) {
  const invoice = await readInvoice(deps, params, actor)
  const found = await findInstalments(deps.db, invoice.id)
  if (!found) throw NotFound({ what: 'instalment plan', id: invoice.id })
  const { id, status, currency, fee_id, reason } = found.plan
  return {
    ...{ id, invoice_id: invoice.id, status, fee_id, reason },
    covers: amount(found.plan.covers_minor, currency),
    parts: found.parts.map((part) => ({
      ...{ position: part.position, due_on: part.due_on },
      amount: amount(part.amount_minor, currency),
      open: amount(openOfPart(part, invoice.allocated_minor), currency),
    })),
  }
}
