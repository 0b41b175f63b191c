import { Type, type Static } from './type.ts'

/** An id at an outside company. */
export const Reference = Type.String({ minLength: 1, maxLength: 255 })

/**
 * Whatever changes something outside carries one, in every kind. It is core's: the same at each try of one act, and new
 * for the next act, so that a restart that was asked for twice happens twice, and one that was tried twice happens once.
 * Hand it to the outside company unchanged; where that takes no keys, look first whether the thing was done.
 */
export const IdempotencyKey = Type.String({ minLength: 1, maxLength: 200 })

/** UTC, such as 2026-11-26T09:30:00.000Z. */
export const InstantText = Type.String({ format: 'date-time' })

/** A day without a zone, such as 2026-11-26. */
export const DayText = Type.String({ format: 'date' })

/** ISO 3166-1, two capitals. */
export const CountryCode = Type.String({ pattern: '^[A-Z]{2}$' })

/** ISO 4217, three capitals. */
export const CurrencyCode = Type.String({ pattern: '^[A-Z]{3}$' })

export const MoneyShape = Type.Object({
  /** Minor units as text: "1234" is 12.34 EUR. */
  minor: Type.String({ pattern: '^-?\\d{1,18}$' }),
  currency: CurrencyCode,
})

/** The client as a provider needs to know it. Only what the granted data scope holds. */
export const ClientSnapshot = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: Type.String(),
  company: Type.Optional(Type.String()),
  country: Type.Optional(Type.String()),
  locale: Type.String(),
})
export type ClientSnapshot = Static<typeof ClientSnapshot>

/** What a test of the settings found, step by step. */
export const ConnectionReport = Type.Object({
  ok: Type.Boolean(),
  steps: Type.Array(Type.Object({ name: Type.String(), ok: Type.Boolean(), detail: Type.String() })),
})
export type ConnectionReport = Static<typeof ConnectionReport>

/**
 * Will not work by waiting (`permanent`) or may (`transient`). `code` is one of ours where it fits: out_of_stock,
 * bad_credentials, invalid_settings, unreachable, conflict; of a registrar taken, price_changed, wrong_code, locked.
 */
export const Failed = Type.Object({
  outcome: Type.Literal('failed'),
  code: Type.String(),
  message: Type.String(),
  kind: Type.Union([Type.Literal('permanent'), Type.Literal('transient')]),
})
export type Failed = Static<typeof Failed>

export const Done = Type.Object({ outcome: Type.Literal('done') })

/** Done, or failed with a reason. What is unknown is thrown. */
export const DoneOrFailed = Type.Union([Done, Failed])
export type DoneOrFailed = Static<typeof DoneOrFailed>

/**
 * A form of a plugin, drawn and checked by core: JSON Schema of type object, as for settings. Core takes none of which
 * it cannot read a title, a limit or a choice.
 */
export const FormSchema = Type.Record(Type.String(), Type.Unknown(), { drawable: true })

/** A button of a plugin on a record's page; `form` asks for its values first. */
export const Action = Type.Object({
  name: Type.String({ pattern: '^[a-z][a-z0-9_]*$' }),
  label: Type.String({ minLength: 1, maxLength: 60 }),
  /** Who sees it. */
  for: Type.Union([Type.Literal('client'), Type.Literal('staff')]),
  /** Permission of staff, or right of a member, that the button needs: "service.change". */
  permission: Type.String(),
  /** Asked before it runs, when it cannot be undone. */
  confirm: Type.Optional(Type.String({ maxLength: 200 })),
  form: Type.Optional(FormSchema),
})
export type Action = Static<typeof Action>

const BlockText = Type.String({ maxLength: 2_000 })

/** What a plugin shows on a page. Core draws it; no plugin writes HTML. */
export const Block = Type.Union([
  Type.Object({ block: Type.Literal('heading'), text: Type.String({ maxLength: 120 }) }),
  Type.Object({ block: Type.Literal('text'), text: BlockText }),
  Type.Object({
    block: Type.Literal('notice'),
    tone: Type.Enum(['info', 'good', 'warning', 'bad']),
    text: BlockText,
  }),
  Type.Object({
    block: Type.Literal('facts'),
    facts: Type.Array(Type.Object({ label: Type.String(), value: BlockText }), { maxItems: 50 }),
  }),
  Type.Object({
    block: Type.Literal('table'),
    columns: Type.Array(Type.String(), { minItems: 1, maxItems: 10 }),
    rows: Type.Array(Type.Array(BlockText, { maxItems: 10 }), { maxItems: 200 }),
  }),
  /** A path of this shop or an https address. */
  Type.Object({
    block: Type.Literal('link'),
    label: Type.String({ minLength: 1, maxLength: 60 }),
    href: Type.String({ pattern: '^(/[^/\\\\]|https://)[^\\s]*$', maxLength: 500 }),
  }),
  /** A button that calls `submit` of the plugin, with the form's values. */
  Type.Object({
    block: Type.Literal('form'),
    action: Type.String({ pattern: '^[a-z][a-z0-9_]*$' }),
    label: Type.String({ minLength: 1, maxLength: 60 }),
    form: FormSchema,
  }),
])
export type Block = Static<typeof Block>
export const Blocks = Type.Array(Block, { maxItems: 50 })
