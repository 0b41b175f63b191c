import { Type, type Static, type TSchema } from '../../../sdk/index.ts'
import { misfit } from '../checks.ts'
import { parseGuarded, UnsafeJson } from '../json.ts'
import * as limits from '../limits.ts'
import { limitOf } from '../manifest/askable-limits.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { AskingCall } from './asking-call.ts'
import { keepPart, PartInput, takeBody } from './body-parts.ts'
import { brokerFetch, FetchInput, type FetchRequest, type Sizes } from './fetch.ts'
import { readRecord } from './records.ts'
import { requestWrite, WriteInput } from './request-write.ts'
import { denied, type AskRule, Refusal, type RefusedAsk } from './refusal.ts'
import { digestWithSecrets, hmacWithSecret } from './secrets.ts'
import { listKeys, listRecords, readEntry, removeEntry, writeEntry } from './storage.ts'
import * as tcp from './tcp.ts'

/** How often in one call, and how many may be open at the same time. */
interface Budget {
  perCall(manifest: Manifest): number
  atOnce(manifest: Manifest): number
}

interface Row {
  /** By which its refusals are told apart in the audit log. */
  rule: AskRule
  schema: TSchema
  /** Throws a denial when the manifest does not grant it at all. Fetch then checks its host by itself. */
  permission(call: AskingCall): void
  budget: Budget
  handler(call: AskingCall, input: never): Promise<unknown>
}

const row = <S extends TSchema>(one: {
  rule: AskRule
  schema: S
  permission: Row['permission']
  budget: Budget
  handler(call: AskingCall, input: Static<S>): Promise<unknown>
}): Row => one

const exact = { additionalProperties: false } as const
const Key = Type.String({ minLength: 1, maxLength: limits.STORAGE_KEY_LENGTH })
const Hash = Type.String({ maxLength: 10 })
/** Of the record beside which the entry stands; absent: of the instance. */
const record = Type.Optional(Type.String({ minLength: 1, maxLength: 64 }))
const asksOf = (manifest: Manifest) => limitOf(manifest, 'asks')
const cheap: Budget = { perCall: asksOf, atOnce: (manifest) => limitOf(manifest, 'asks_at_once') }

const needsStorage = ({ manifest }: AskingCall) => {
  if (manifest.permissions?.storage === undefined) throw denied('Storage is not declared.')
}
const needsSecrets = ({ secrets }: AskingCall) => {
  if (secrets.grants.length === 0) throw denied('No secret is declared.')
}
const needsData = ({ manifest }: AskingCall) => {
  if ((manifest.permissions?.data ?? []).length === 0) throw denied('No data scope is declared.')
}
const needsTcp = ({ manifest }: AskingCall) => {
  if ((manifest.permissions?.tcp ?? []).length === 0) throw denied('No line is declared.')
}
const needsNetwork = ({ manifest }: AskingCall) => {
  if ((manifest.permissions?.network ?? []).length === 0) throw denied('No host is declared.')
}

const sizesOf = (manifest: Manifest): Sizes => ({
  request: limitOf(manifest, 'request_bytes'),
  response: limitOf(manifest, 'response_bytes'),
  headers: limitOf(manifest, 'header_bytes'),
})

function whole(call: AskingCall, { body, ...rest }: Static<typeof FetchInput>): FetchRequest {
  if (body === undefined) return rest
  return { ...rest, body: 'kept' in body ? takeBody(call, body.kept) : body }
}

/** Everything a plugin can ask of core. An operation without a row does not exist. */
export const askTable: ReadonlyMap<string, Row> = new Map([
  [
    'fetch',
    row({
      rule: 'network',
      schema: FetchInput,
      permission: needsNetwork,
      budget: {
        perCall: (manifest) => limitOf(manifest, 'fetches'),
        atOnce: () => limits.FETCHES_AT_ONCE,
      },
      handler: (call, input) => brokerFetch({ ...call, sizes: sizesOf(call.manifest) }, whole(call, input)),
    }),
  ],
  [
    'body_part',
    row({ rule: 'network', schema: PartInput, permission: needsNetwork, budget: cheap, handler: keepPart }),
  ],
  [
    'storage_get',
    row({
      rule: 'storage',
      schema: Type.Object({ record, key: Key }, exact),
      permission: needsStorage,
      budget: cheap,
      handler: readEntry,
    }),
  ],
  [
    'storage_set',
    row({
      rule: 'storage',
      schema: Type.Object(
        { record, key: Key, value: Type.Unknown(), if_version: Type.Optional(Type.Integer({ minimum: 0 })) },
        exact,
      ),
      permission: needsStorage,
      budget: cheap,
      handler: writeEntry,
    }),
  ],
  [
    'storage_remove',
    row({
      rule: 'storage',
      schema: Type.Object({ record, key: Key }, exact),
      permission: needsStorage,
      budget: cheap,
      handler: removeEntry,
    }),
  ],
  [
    'storage_list',
    row({
      rule: 'storage',
      schema: Type.Object({ record, prefix: Type.String({ maxLength: limits.STORAGE_KEY_LENGTH }) }, exact),
      permission: needsStorage,
      budget: cheap,
      handler: listKeys,
    }),
  ],
  [
    'storage_records',
    row({
      rule: 'storage',
      schema: Type.Object({ after: Type.String({ maxLength: 64 }) }, exact),
      permission: needsStorage,
      budget: cheap,
      handler: listRecords,
    }),
  ],
  [
    'record_read',
    row({
      rule: 'data',
      schema: Type.Object(
        { scope: Type.String({ maxLength: 80 }), id: Type.String({ maxLength: 64 }) },
        exact,
      ),
      permission: needsData,
      budget: cheap,
      handler: (call, input) => readRecord(call, input),
    }),
  ],
  [
    'record_request',
    row({
      rule: 'writes',
      schema: WriteInput,
      permission: needsData,
      budget: { perCall: (manifest) => limitOf(manifest, 'writes'), atOnce: () => limits.WRITES_AT_ONCE },
      handler: requestWrite,
    }),
  ],
  [
    'tcp_open',
    row({ rule: 'lines', schema: tcp.OpenInput, permission: needsTcp, budget: cheap, handler: tcp.openLine }),
  ],
  [
    'tcp_write',
    row({
      rule: 'lines',
      schema: tcp.WriteInput,
      permission: needsTcp,
      budget: cheap,
      handler: tcp.writeLine,
    }),
  ],
  [
    'tcp_read',
    row({ rule: 'lines', schema: tcp.ReadInput, permission: needsTcp, budget: cheap, handler: tcp.readLine }),
  ],
  [
    'tcp_close',
    row({
      rule: 'lines',
      schema: tcp.CloseInput,
      permission: needsTcp,
      budget: cheap,
      handler: tcp.closeLine,
    }),
  ],
  [
    'secret_hmac',
    row({
      rule: 'secrets',
      schema: Type.Object({ token: Type.String({ maxLength: 400 }), hash: Hash, data: Type.String() }, exact),
      permission: needsSecrets,
      budget: cheap,
      handler: (call, input) => hmacWithSecret(call.secrets, input),
    }),
  ],
  [
    'secret_digest',
    row({
      rule: 'secrets',
      schema: Type.Object({ hash: Hash, parts: Type.Array(Type.String(), { maxItems: 50 }) }, exact),
      permission: needsSecrets,
      budget: cheap,
      handler: (call, input) => digestWithSecrets(call.secrets, input),
    }),
  ],
])

export interface Asked {
  ok: boolean
  text: string
}

export interface DeskEars {
  /** It may not, or not so much. */
  refused(ask: RefusedAsk): void
  /** An ask failed by a fault of ours; the plugin learns nothing of it. */
  broken(error: unknown): void
}

/** Answers the asks of one call, with its budgets. */
export function openDesk(call: AskingCall, ears: DeskEars) {
  const used = new Map<string, number>()
  const open = new Map<string, number>()
  let [total, asking] = [0, 0]
  return async (op: string, text: string): Promise<Asked> => {
    const count = (table: Map<string, number>, by: number) => table.set(op, (table.get(op) ?? 0) + by)
    count(open, 1)
    asking++
    try {
      const found = askTable.get(op)
      if (found === undefined) throw denied(`There is no operation "${op}".`)
      if (++total > asksOf(call.manifest)) throw new Refusal('E_LIMIT', 'Too many questions in one call.')
      if (asking > limitOf(call.manifest, 'asks_at_once'))
        throw new Refusal('E_LIMIT', 'Too many questions at once.')
      count(used, 1)
      if ((used.get(op) ?? 0) > found.budget.perCall(call.manifest))
        throw new Refusal('E_LIMIT', `Too many of "${op}" in one call.`)
      if ((open.get(op) ?? 0) > found.budget.atOnce(call.manifest))
        throw new Refusal('E_LIMIT', `Too many of "${op}" at once.`)
      found.permission(call)
      return { ok: true, text: JSON.stringify((await found.handler(call, checked(found, text))) ?? null) }
    } catch (error) {
      const refusal = asRefusal(error, ears)
      if (refusal.code === 'E_DENIED' || refusal.code === 'E_LIMIT')
        ears.refused({ rule: ruleOf(op, refusal), reason: refusal.message })
      return { ok: false, text: JSON.stringify({ code: refusal.code, message: refusal.message }) }
    } finally {
      count(open, -1)
      asking--
    }
  }
}

/** What is too much is so by one rule, whatever there was too much of. */
const ruleOf = (op: string, { code }: Refusal): AskRule =>
  code === 'E_LIMIT' ? 'limit' : (askTable.get(op)?.rule ?? 'unknown')

function checked(found: Row, text: string): never {
  const input = parseGuarded(text)
  const problem = misfit(found.schema, input)
  if (problem !== undefined) throw new Refusal('E_INVALID', problem)
  return input as never
}

/** A failure of ours must not tell a plugin about our insides. */
function asRefusal(error: unknown, ears: DeskEars): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof UnsafeJson)
    return new Refusal('E_INVALID', `The question is refused: ${error.message}.`)
  ears.broken(error)
  return new Refusal('E_INVALID', 'The question could not be answered.')
}
