import { Type, type Static, type TObject, type TProperties } from '../../../sdk/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { permit, type Audience } from '../../records/index.ts'
import type { HttpDeps } from '../deps.ts'
import type { ComponentName } from './components.ts'

/** One operation of the API: what the document says of it and what is done, in one place. */
export interface Endpoint {
  /** operationId: "listInvoices". */
  id: string
  method: 'get' | 'post'
  /** Below /api/v1, with {names}: "/invoices/{invoice_id}/void". */
  path: string
  tag: string
  summary: string
  /** The scope that a key needs; the same word as the permission of the verb. Null: every key that works may. */
  permission: string | null
  audience: readonly Audience[]
  query?: TObject
  body?: TObject
  /** Bytes that a request may have; absent: what every other one may. */
  bodyLimit?: number
  status: 200 | 201 | 204
  answer: { one: ComponentName } | { list: ComponentName } | null
  /** Refusals beyond those that every operation may answer. */
  refusals?: Readonly<Record<number, string>>
  handle(call: ApiCall): Promise<unknown>
}

export interface ApiCall {
  deps: HttpDeps
  actor: Actor
  params: Readonly<Record<string, string>>
  /** Checked by the schemas of the endpoint. */
  query: Record<string, unknown>
  body: Record<string, unknown>
}

/** What lists take: `after` is the `next` of the page before. */
export const Paging = {
  after: Type.Optional(Type.String({ maxLength: 64, description: 'The `next` of the page before.' })),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, default: 25, description: 'Entries of a page.' }),
  ),
}

export const listQueryOf = <P extends TProperties>(filters: P) => Type.Object({ ...filters, ...Paging })
export type Paged = { after?: string; limit: number }

/** The rest of a verb's input when some of its fields stand in the path. */
export function bodyOf<S extends TObject>(verb: { input: S }, inPath: readonly string[]): TObject {
  const { properties, required = [] } = verb.input as unknown as {
    properties: TProperties
    required?: string[]
  }
  const kept = Object.entries(properties).filter(([name]) => !inPath.includes(name))
  return Type.Object(
    Object.fromEntries(
      kept.map(([name, schema]) => [name, required.includes(name) ? schema : Type.Optional(schema)]),
    ),
    { additionalProperties: false },
  )
}

interface Rules {
  permission: string
  audience: readonly Audience[]
}

/** What an operation that is one verb takes over from it. */
export const rulesOf = ({ permission, audience }: Rules) => ({
  permission,
  audience,
})

/** The document's promise: a key without the scope is refused before anything is read. */
export function requireScope({ permission, audience }: Endpoint, actor: Actor): void {
  if (permission !== null) permit({ permission, audience }, actor)
}

export type { Static }
