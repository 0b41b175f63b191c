import type { CheckFacts } from './check-facts.ts'
import { Type, type Static, type TSchema } from './type.ts'

/**
 * Hooks in three laws. A plugin lists the names it wants under `hooks` in plugin.json and answers them in `observe`,
 * `check` or `shape`. Plugins are asked in the order of their stage (early, normal, late), then of their ids.
 */

/** Observe: what has happened. Sent after the commit, at least once, and tried again until the plugin has heard it. */
export const HookEvent = Type.Object({
  /** Stays the same when an event is sent again: keep it to notice that. */
  id: Type.String(),
  /** "invoice.paid", also the hook's name. */
  type: Type.String(),
  version: Type.Integer(),
  /** The record that it is about. */
  subject: Type.String(),
  brand_id: Type.Union([Type.String(), Type.Null()]),
  client_id: Type.Union([Type.String(), Type.Null()]),
  /** Business time, UTC. */
  occurred_at: Type.String(),
  /** "usr_…", "key_…", "plg_…" (what an instance of a plugin reported) or "system:…". */
  actor: Type.String(),
  /**
   * Events that led to this one, the nearest first: empty where a person, a run or a message from outside began. An event
   * with more than 16 of them is told to no plugin, so that hooks that answer each other come to an end.
   */
  causes: Type.Array(Type.Object({ id: Type.String(), type: Type.String(), actor: Type.String() }), {
    maxItems: 16,
  }),
  /** It, or an event that led to it, came of what this very instance reported or had written: its own echo. */
  own: Type.Boolean(),
  body: Type.Record(Type.String(), Type.Unknown()),
})
export type HookEvent = Static<typeof HookEvent>

/** Check: what is about to happen, before anything is written. */
export const CheckQuestion = Type.Object({
  noun: Type.String(),
  transition: Type.String(),
  subject: Type.String(),
  /** The state now, and the one it would have. */
  from: Type.String(),
  to: Type.String(),
  brand_id: Type.Union([Type.String(), Type.Null()]),
  client_id: Type.Union([Type.String(), Type.Null()]),
  /** Who wants it: system, staff, client, guest or plugin. */
  actor_kind: Type.String(),
  reason: Type.Union([Type.String(), Type.Null()]),
  /** What else the hook says: `checkFacts` has the shape, by its name. */
  facts: Type.Record(Type.String(), Type.Unknown()),
})
export type CheckQuestion = Static<typeof CheckQuestion>

/** The first refusal wins; its message is shown to whoever wanted the act. */
export const CheckAnswer = Type.Union([
  Type.Object({ allow: Type.Literal(true) }),
  Type.Object({ allow: Type.Literal(false), message: Type.String({ minLength: 1, maxLength: 500 }) }),
])
export type CheckAnswer = Static<typeof CheckAnswer>

/** A mail before it is handed to the mail server. */
export const MailDraft = Type.Object({
  template: Type.String(),
  brand_id: Type.Union([Type.String(), Type.Null()]),
  client_id: Type.Union([Type.String(), Type.Null()]),
  subject: Type.String(),
})
/** Another subject, or a reason not to send the mail at all; a mail with a secret link is sent all the same. */
export const MailShape = Type.Object({
  subject: Type.Optional(Type.String({ minLength: 1, maxLength: 250 })),
  withhold: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
})

/** The navigation of an area for readers of one language and equal rights. Kept for half a minute. */
export const Navigation = Type.Object({
  area: Type.Union([Type.Literal('storefront'), Type.Literal('portal'), Type.Literal('admin')]),
  locale: Type.String(),
  entries: Type.Array(Type.Object({ label: Type.String(), href: Type.String() })),
})
/**
 * New entries, and entries to leave out by their address. Staff keep all of theirs. An address is a path of this shop
 * or an https address.
 */
export const NavigationShape = Type.Object({
  hide: Type.Optional(Type.Array(Type.String(), { maxItems: 20 })),
  add: Type.Optional(
    Type.Array(
      Type.Object({
        label: Type.String({ minLength: 1, maxLength: 40 }),
        href: Type.String({ pattern: '^(/[^/\\\\]|https://)[^\\s]*$', maxLength: 500 }),
      }),
      { maxItems: 5 },
    ),
  ),
})

/**
 * A document that core makes by itself, before it is issued and in its preview: of the billing run, and of a change of
 * plan that costs something. Not sent for orders (`cart.prices:shape`), for what staff wrote or agreed, for late fees, and
 * never for what was issued.
 */
export const InvoiceDraft = Type.Object({
  client_id: Type.String(),
  brand_id: Type.String(),
  /** Of what: `renewal`, `billable` (repeating, on a document of its own) or `change`. */
  origin: Type.String(),
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  lines: Type.Array(
    Type.Object({
      kind: Type.String(),
      description: Type.String(),
      /** Minor units as text, net or gross as the brand states its prices; below zero for a reduction. */
      amount_minor: Type.String({ pattern: '^-?\\d{1,18}$' }),
      /** The service that is charged. */
      source_id: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
})
const added = {
  kind: Type.Union([Type.Literal('fee'), Type.Literal('discount')]),
  description: Type.String({ minLength: 1, maxLength: 200 }),
  amount_minor: Type.String({ pattern: '^-?\\d{1,15}$' }),
}
/** Further lines of kind fee or discount; a discount is below zero, and all of them never more than the document. */
export const InvoiceLines = Type.Object({ add: Type.Array(Type.Object(added), { maxItems: 20 }) })

/**
 * What is due at once for a cart, before tax: asked when the cart is shown and again when it is ordered. Not asked for
 * quotes and for add-ons of running services, whose sums were agreed before.
 */
export const CartDraft = Type.Object({
  brand_id: Type.String(),
  /** Null: a visitor of whom nothing is known yet. */
  client_id: Type.Union([Type.String(), Type.Null()]),
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  items: Type.Array(
    Type.Object({
      product_id: Type.String(),
      cycle: Type.String(),
      quantity: Type.Integer({ minimum: 1 }),
      tax_class: Type.String(),
      /** With options, set-up and add-ons, less coupons: minor units as text, net or gross as the brand states prices. */
      amount_minor: Type.String({ pattern: '^-?\\d{1,18}$' }),
    }),
  ),
  /** What plugins before this one have added. */
  lines: Type.Array(Type.Object({ ...added, cause: Type.String() })),
})
/**
 * Lines for the first invoice alone; all together never take more than is there. A buyer who was shown another sum is
 * asked to look again.
 */
export const CartLines = Type.Object({
  add: Type.Array(
    Type.Object({
      ...added,
      /** Why, for programs: it stands in the calculation of the line. */
      cause: Type.String({ pattern: '^[a-z][a-z0-9_.-]{0,59}$' }),
      /** Absent: that of the first item. */
      tax_class: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' })),
    }),
    { maxItems: 20 },
  ),
})

/**
 * The questions of a product, when its form is drawn, when it is put into a cart, and when the cart is shown and
 * ordered. Not asked for add-ons and for what staff put into a quote.
 */
export const OrderForm = Type.Object({
  brand_id: Type.String(),
  /** Null: a visitor of whom nothing is known yet. */
  client_id: Type.Union([Type.String(), Type.Null()]),
  product_id: Type.String(),
  cycle: Type.String(),
  /** What is asked so far, by the product and by plugins before this one. */
  fields: Type.Array(Type.Object({ key: Type.String(), label: Type.String() })),
  /** By key, as typed; a tick is "1". Empty when the form is drawn for the first time. */
  answers: Type.Record(Type.String(), Type.String()),
})
/** Further questions, whose answers are kept with the item of the order, and answers that do not fit. */
export const OrderFormShape = Type.Object({
  ask: Type.Optional(
    Type.Array(
      Type.Object({
        key: Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' }),
        label: Type.String({ minLength: 1, maxLength: 100 }),
        hint: Type.Optional(Type.String({ maxLength: 300 })),
        kind: Type.Enum(['text', 'textarea', 'number', 'checkbox', 'list']),
        /** For a list. */
        choices: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 50 })),
        required: Type.Boolean(),
      }),
      { maxItems: 10 },
    ),
  ),
  refuse: Type.Optional(
    Type.Array(Type.Object({ key: Type.String(), reason: Type.String({ minLength: 1, maxLength: 200 }) }), {
      maxItems: 20,
    }),
  ),
})

export interface ShapeHook {
  value: TSchema
  answer: TSchema
  /** When it is asked and what its failure does, for docs/hooks.md. */
  says: string
  /** Skip: core goes on with the value as it was. Stop: the act fails, because its sum would be wrong without it. */
  failure: 'skip' | 'stop'
  /** A pure hook has no network and no storage: the same value always has the same answer. */
  pure: boolean
}

/** Shape: a value on its way, handed from plugin to plugin. */
export const shapeHooks = {
  'mail.message:shape': {
    ...{ value: MailDraft, answer: MailShape, failure: 'skip', pure: false },
    says: 'Before a mail is handed to the mail server: its subject, or a reason not to send it.',
  },
  'page.navigation:shape': {
    ...{ value: Navigation, answer: NavigationShape, failure: 'skip', pure: false },
    says: 'When a page is drawn: entries to add or hide. A page waits 50 ms, then goes without.',
  },
  'invoice.lines:shape': {
    ...{ value: InvoiceDraft, answer: InvoiceLines, failure: 'stop', pure: true },
    says: 'Before a document of the billing run or of a change of plan is issued, and in its preview: fees and discounts. A client whose document fails is parked; a change is refused.',
  },
  'cart.prices:shape': {
    ...{ value: CartDraft, answer: CartLines, failure: 'stop', pure: true },
    says: 'When a cart is shown and again when it is ordered: fees and discounts. Shown, a failure is passed over with a note; ordered, it ends the act, and nothing is written.',
  },
  'order.form:shape': {
    ...{ value: OrderForm, answer: OrderFormShape, failure: 'stop', pure: false },
    says: 'When the form of a product is drawn, and when its answers are put into a cart, shown and ordered: further questions, and answers to refuse. Drawn, a failure is passed over; what needs the answers ends with it.',
  },
} as const satisfies Record<string, ShapeHook>

export type ShapeHookName = keyof typeof shapeHooks
export type ShapeValue<N extends ShapeHookName> = Static<(typeof shapeHooks)[N]['value']>
export type ShapeAnswer<N extends ShapeHookName> = Static<(typeof shapeHooks)[N]['answer']>

export type Observers = Record<string, (event: HookEvent) => Promise<void>>
/** Of each check that says more than who wants what, the handler knows the shape of its facts. */
export type Checks = {
  [N in keyof CheckFacts]?: Answering<Omit<CheckQuestion, 'facts'> & { facts: CheckFacts[N] }>
} & { [name: `${string}:check`]: Answering<CheckQuestion> }
/** As a method, so that a handler of narrower facts is one of the whole table as well. */
type Answering<Q> = { answer(question: Q): Promise<CheckAnswer> }['answer']
export type Shapes = { [N in ShapeHookName]?: (value: ShapeValue<N>) => Promise<ShapeAnswer<N>> }
