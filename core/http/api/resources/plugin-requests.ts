import { Type } from '../../../../sdk/index.ts'
import {
  approvePluginRequest,
  listPluginRequests,
  readPluginRequest,
  refusePluginRequest,
  type ListedRequest,
} from '../../../plugins/index.ts'
import { amount } from '../amount.ts'
import { bodyOf, listQueryOf, rulesOf, type ApiCall, type Endpoint } from '../endpoint.ts'

const tag = 'plugin_requests'
const STATES = ['waiting', 'approved', 'refused']

/** What plugins asked to have written, and what is decided of it. */
export const pluginRequestEndpoints: readonly Endpoint[] = [
  {
    ...{ id: 'listPluginRequests', method: 'get', path: '/plugin-requests', tag },
    summary: 'List what plugins asked to have written, newest first',
    ...rulesOf(listPluginRequests),
    query: listQueryOf({
      status: Type.Optional(Type.Enum(STATES, { description: 'Absent: all of them.' })),
      instance_id: Type.Optional(Type.String({ maxLength: 64, description: 'plg_…' })),
      client_id: Type.Optional(Type.String({ maxLength: 64, description: 'cli_…' })),
    }),
    status: 200,
    answer: { list: 'PluginRequest' },
    async handle({ deps, actor, query }) {
      const { status, ...rest } = query
      const input = { ...rest, status: status === undefined ? STATES : [status] }
      const { rows, next } = await listPluginRequests(deps, input, actor)
      return { items: rows.map(requestResource), next }
    },
  },
  {
    ...{ id: 'getPluginRequest', method: 'get', path: '/plugin-requests/{request_id}', tag },
    summary: 'Read one request of a plugin',
    ...rulesOf(readPluginRequest),
    status: 200,
    answer: { one: 'PluginRequest' },
    handle: readAgain,
  },
  {
    ...{ id: 'approvePluginRequest', method: 'post', path: '/plugin-requests/{request_id}/approve', tag },
    summary: 'Approve what a plugin asked for: it is done in your name',
    ...rulesOf(approvePluginRequest),
    status: 200,
    answer: { one: 'PluginRequest' },
    refusals: { 409: 'It was decided before, or the record does not allow it now.' },
    async handle(call) {
      const { deps, actor, params } = call
      await approvePluginRequest({ ...deps, writeActs: deps.admin.writeActs }, params, actor)
      return readAgain(call)
    },
  },
  {
    ...{ id: 'refusePluginRequest', method: 'post', path: '/plugin-requests/{request_id}/refuse', tag },
    summary: 'Refuse what a plugin asked for: it is told the reason',
    ...rulesOf(refusePluginRequest),
    body: bodyOf(refusePluginRequest, ['request_id']),
    status: 200,
    answer: { one: 'PluginRequest' },
    refusals: { 409: 'It was decided before.' },
    async handle(call) {
      const { deps, actor, params, body } = call
      await refusePluginRequest(deps, { ...params, ...body }, actor)
      return readAgain(call)
    },
  },
]

async function readAgain({ deps, actor, params }: ApiCall) {
  return requestResource(await readPluginRequest(deps, params, actor))
}

const requestResource = (row: ListedRequest) => ({
  ...{ id: row.id, plugin_id: row.plugin_id, instance_id: row.instance_id, client_id: row.client_id },
  ...{ scope: row.scope, record_id: row.record_id, reference: row.reference },
  body: JSON.parse(row.body) as object,
  amount: row.amount_minor === null ? null : amount(row.amount_minor, row.currency!),
  ...{ status: row.status, decided_by: row.decided_by, decided_at: row.decided_at, reason: row.reason },
  ...{ result_id: row.result_id, created_at: row.created_at },
})
