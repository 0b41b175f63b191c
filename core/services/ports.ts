import type {
  DocumentSums,
  DraftInvoice,
  DraftLine,
  GivenBack,
  ServicesRefund,
  ServicesRefundPlan,
} from '../billing/index.ts'
import type { Queries, Trx } from '../db/index.ts'
import type { Actor, Cycle, IsoDate } from '../kernel/index.ts'
import type { DeadlineClass, HostOwner, TroubledHost } from '../plugins/index.ts'
import type { Means } from '../records/index.ts'
import type { SpecOption } from './create-services.ts'
import type { ServiceRow } from './rows.ts'

/** Calls into plugins, made by core/plugins. Rejects with plugin.…, whose params.outcome_unknown tells whether it may have acted. */
export interface PluginCalls {
  call<T>(
    instanceId: string,
    kind: 'gateway' | 'provisioner',
    operation: string,
    input: object,
    options?: { deadline?: DeadlineClass; requestId?: string; serverId?: string },
  ): Promise<T>
  /** What keeps plugins from the hosts of a server; absent where no plugin host is. */
  troubledHosts?(owner: HostOwner): Promise<TroubledHost[]>
  /** PEM of what a host of a server shows. */
  hostCertificate?(owner: HostOwner, host: { host: string; port: number }): Promise<string>
}

/** For verbs and jobs that reach the provider; never inside a transaction. */
export interface ProviderMeans extends Means {
  readonly plugins: PluginCalls
}

/** What a change of plan or options costs and delivers: the service as it would be ordered today. */
export interface Offer {
  productId: string
  name: string
  taxClass: string
  cycle: Cycle
  quantity: number
  priceId: string | null
  amountMinor: bigint
  recurringMinor: bigint
  instanceId: string | null
  moduleSettings: Record<string, unknown>
  options: readonly SpecOption[]
}

export interface OfferRequest {
  service: ServiceRow
  productId: string
  cycle: Cycle
  quantity: number
  options: readonly { optionId: string; valueId?: string; quantity?: number; value?: string }[]
  onDay: IsoDate
}

/** What changing a service needs from catalogue and billing. */
export interface ChangePorts {
  /** Prices the wish, or refuses it with the reason. */
  price(queries: Queries, request: OfferRequest): Promise<Offer>
  /** Keeps what was charged for services, before it is worked out what of it comes back. */
  lockCharged(trx: Trx, serviceIds: readonly string[]): Promise<void>
  issueInvoice(
    means: Means,
    trx: Trx,
    draft: DraftInvoice,
    actor: Actor,
  ): Promise<{ id: string; number: string | null; totalMinor: bigint }>
  /** Fees and discounts that plugins add to the document, in preview and deed; they fail it when they fail. */
  added(means: Means, queries: Queries | Trx, draft: DraftInvoice): Promise<readonly DraftLine[]>
  /** What the document of these lines would come to. */
  sums(means: Means, queries: Queries, draft: DraftInvoice): Promise<DocumentSums>
  /** Takes back the invoice of a change that is cancelled or replaced; what was paid of it becomes credit. */
  voidInvoice(means: Means, trx: Trx, invoiceId: string, actor: Actor): Promise<unknown>
  /** Books lines whose sum is negative as credit of the client; what grants had paid goes back into them. */
  giveCredit(means: Means, trx: Trx, draft: DraftInvoice, actor: Actor): Promise<CreditedNote>
  /** Pays documents on which a period of these services has begun by the day from the client's credit, as far as it reaches. */
  settleFromCredit(
    means: Means,
    trx: Trx,
    of: { serviceIds: readonly string[]; upToOn: IsoDate },
    actor: Actor,
  ): Promise<void>
  /** Sends the value of a credit note back to the payments that paid for these services, as far as they reach. */
  refundCredit(means: Means, trx: Trx, wish: CreditRefund, actor: Actor): Promise<unknown>
  /** What a refund of services would move; null when nothing was charged for them that nobody gave back. */
  planRefund(
    means: Pick<Means, 'business'>,
    queries: Queries,
    serviceIds: readonly string[],
  ): Promise<ServicesRefundPlan | null>
  /** Takes back all that was charged for services of which nothing was delivered. */
  refundServices(means: Means, trx: Trx, wish: ServicesRefund, actor: Actor): Promise<GivenBack>
}

export interface CreditedNote {
  id: string
  /** Below zero. */
  totalMinor: bigint
  /** Of it, above zero: in grants again. */
  promotionalMinor: bigint
}

/** Above zero: what may be paid out. */
export const moneyIn = ({ totalMinor, promotionalMinor }: CreditedNote): bigint =>
  -totalMinor - promotionalMinor

export interface CreditRefund {
  noteId: string
  /** What of the note is money, above zero. */
  mostMinor: bigint
  serviceIds: readonly string[]
  reason: string
  /** Of the act that gives it back: the same act refunds once. */
  once: string
}

export interface ChangeMeans extends Means {
  readonly changes: ChangePorts
}
