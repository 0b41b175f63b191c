import { list, sql, type Queries, type Sql } from '../../db/index.ts'
import { GatewayNotOffered } from './errors.ts'
import {
  readGatewayRules,
  ruledOut,
  type GatewayRules,
  type PaidProduct,
  type PaymentFacts,
} from './gateway-rules.ts'

/** A payment as the rules of gateways are held against it; what they ask about and nobody said is read. */
export interface PaidFor extends PaymentFacts {
  /** Who pays; null is somebody who is no client yet, and so in no group. */
  clientId?: string | null
  /** Every product on every one of them has to be allowed. */
  invoiceIds?: readonly string[]
  /** What is in a cart, for which there is no document yet. */
  productIds?: readonly string[]
}

/** Whatever the rules of a gateway are kept with: an instance, or a saved method at one. */
interface Ruled {
  rules?: string | null
}

/** A page may be older than the rules, or made by somebody else: the start of a payment asks again. */
export async function demandOffered(
  queries: Queries,
  gateway: { id: string; name: string },
  paid: PaidFor,
): Promise<void> {
  const field = await fieldAgainst(queries, gateway.id, paid)
  if (field !== null) throw GatewayNotOffered({ gateway: gateway.name, field })
}

/** The first rule of a gateway that speaks against a payment; null when it is offered. */
export async function fieldAgainst(queries: Queries, instanceId: string, paid: PaidFor) {
  const rules = await readGatewayRules(queries, instanceId)
  const [facts] = await completed(queries, [rules], [paid])
  return ruledOut(rules, facts!)
}

/** Those ways that may be taken for at least one of the payments, in their order. */
export async function offeredFor<W extends Ruled>(
  queries: Queries,
  ways: readonly W[],
  payments: readonly PaidFor[],
): Promise<W[]> {
  const rules = ways.map(rulesOf)
  const facts = await completed(queries, rules, payments)
  return ways.filter((_, i) => facts.some((one) => ruledOut(rules[i]!, one) === null))
}

/** Those payments whose own way may be taken for them, in their order. The statement over documents is put into `world`. */
export async function payable<P extends PaidFor & Ruled>(
  queries: Queries,
  payments: readonly P[],
  world: World = asItIs,
): Promise<P[]> {
  const rules = payments.map(rulesOf)
  const facts = await completed(queries, rules, payments, world)
  return payments.filter((_, i) => ruledOut(rules[i]!, facts[i]!) === null)
}

/** Lets a statement find documents that are not there yet, as the preview of a run does. */
type World = (statement: Sql) => Sql

const asItIs: World = (statement) => statement

const rulesOf = ({ rules }: Ruled): GatewayRules => JSON.parse(rules ?? '{}') as GatewayRules

/** At most two statements for any number of payments, and none for what no rule asks about. */
async function completed(
  queries: Queries,
  rules: readonly GatewayRules[],
  payments: readonly PaidFor[],
  world: World = asItIs,
): Promise<PaymentFacts[]> {
  const isAsked = (...fields: (keyof GatewayRules)[]) =>
    rules.some((one) => fields.some((field) => one[field] !== undefined))
  const clients = isAsked('client_groups', 'countries', 'except_countries')
    ? await readPayers(queries, payments)
    : null
  const products = isAsked('products', 'product_groups') ? await readProducts(queries, payments, world) : null
  return payments.map((paid) => ({ ...clients?.(paid), ...products?.(paid), ...paid }))
}

type Reader = (paid: PaidFor) => PaymentFacts

async function readPayers(queries: Queries, payments: readonly PaidFor[]): Promise<Reader> {
  const ids = [...new Set(payments.flatMap(({ clientId }) => clientId ?? []))]
  const rows =
    ids.length === 0
      ? []
      : await queries.all<{ id: string; country: string; client_group_id: string | null }>(
          sql`select id, country, client_group_id from clients where id in (${list(ids)})`,
        )
  const known = new Map(rows.map((row) => [row.id, row]))
  return ({ clientId }) => {
    if (clientId === undefined) return {}
    const client = clientId === null ? undefined : known.get(clientId)
    return { clientGroup: client?.client_group_id ?? null, ...(client ? { country: client.country } : {}) }
  }
}

interface ProductRow {
  invoice_id: string
  id: string
  group_id: string
}

async function readProducts(queries: Queries, payments: readonly PaidFor[], world: World): Promise<Reader> {
  const invoiceIds = [...new Set(payments.flatMap((paid) => paid.invoiceIds ?? []))]
  if (invoiceIds.length === 0) return () => ({})
  const rows = await queries.all<ProductRow>(
    world(sql`select distinct l.invoice_id, p.id, p.group_id from invoice_lines l
      join services s on s.id = l.source_id join products p on p.id = s.product_id where l.invoice_id in (${list(invoiceIds)})`),
  )
  const found = Map.groupBy(rows, (row) => row.invoice_id)
  return (paid) => {
    const products = (paid.invoiceIds ?? []).flatMap((id) => found.get(id) ?? [])
    return { products: products.map(({ id, group_id: groupId }): PaidProduct => ({ id, groupId })) }
  }
}
