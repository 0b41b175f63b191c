import { Type } from '../../sdk/index.ts'
import { defineSetting } from '../records/index.ts'
import { prorationModes } from './prorate.ts'

/** Days before the end of a trial or a fixed term on which the client is told. */
export const announceEnds = defineSetting({
  key: 'services.announce_ends',
  schema: Type.Integer({ minimum: 1, maximum: 60 }),
  preset: 3,
  scopes: ['installation'],
})

export const invoiceSuspended = defineSetting({
  key: 'services.invoice_suspended',
  schema: Type.Boolean(),
  preset: true,
  scopes: ['installation', 'brand'],
})

/** Of one product, whatever runs or waits for payment; 0: as many as one likes. */
export const unitsPerClient = defineSetting({
  key: 'services.units_per_client',
  schema: Type.Integer({ minimum: 0, maximum: 10_000 }),
  preset: 0,
  scopes: ['installation', 'brand', 'group', 'product', 'client_group', 'client'],
})

/** How long what services used is kept. */
export const usageMonths = defineSetting({
  key: 'services.usage_months',
  schema: Type.Integer({ minimum: 1, maximum: 60 }),
  preset: 13,
  scopes: ['installation'],
})

/** How often servers are asked how they are, in steps of five minutes; 0: never. */
export const healthMinutes = defineSetting({
  key: 'services.health_minutes',
  schema: Type.Integer({ minimum: 0, maximum: 60 }),
  preset: 5,
  scopes: ['installation'],
})

const BY_PRODUCT = ['installation', 'brand', 'group', 'product'] as const

export const prorationMode = defineSetting({
  key: 'services.proration',
  schema: Type.Enum([...prorationModes]),
  preset: 'day',
  scopes: BY_PRODUCT,
})

/** Where the value of unused time goes: nowhere, into the client's credit, or back to how it was paid. */
export const unusedValues = ['none', 'credit', 'refund'] as const
export type UnusedValue = (typeof unusedValues)[number]

export const unusedOnDowngrade = defineSetting({
  key: 'services.unused_on_downgrade',
  schema: Type.Enum([...unusedValues]),
  preset: 'credit',
  scopes: BY_PRODUCT,
})

export const unusedOnCancel = defineSetting({
  key: 'services.unused_on_cancel',
  schema: Type.Enum([...unusedValues]),
  preset: 'none',
  scopes: BY_PRODUCT,
})

/** Whether whoever cancels has to give a reason. */
export const cancelReason = defineSetting({
  key: 'services.cancel_reason',
  schema: Type.Enum(['required', 'optional']),
  preset: 'required',
  scopes: BY_PRODUCT,
})

/** Day of the month on which periods begin; 0 is the day of the order. Each month has the first 28. */
export const anchorDay = defineSetting({
  key: 'billing.anchor_day',
  schema: Type.Integer({ minimum: 0, maximum: 28 }),
  preset: 0,
  scopes: ['installation', 'brand', 'group', 'product', 'client'],
})

/** From this day of the month on a first invoice up to the fixed day holds the period after it too; 0 is never. */
export const chargeNextFrom = defineSetting({
  key: 'billing.charge_next_from',
  schema: Type.Integer({ minimum: 0, maximum: 31 }),
  preset: 0,
  scopes: ['installation', 'brand', 'group', 'product', 'client'],
})

/** What a pause does to the charging: goes on, keeps the paid time for later, or lets it run and begins anew. */
export const pausePolicies = ['charge', 'stretch', 'restart'] as const
export type PausePolicy = (typeof pausePolicies)[number]

export const pausePolicy = defineSetting({
  key: 'services.pause',
  schema: Type.Enum([...pausePolicies]),
  preset: 'charge',
  scopes: BY_PRODUCT,
})

/** Most hours of a service by the hour that are charged between two billing days; 0 charges all of them. */
export const hourCap = defineSetting({
  key: 'services.hour_cap',
  schema: Type.Integer({ minimum: 0, maximum: 744 }),
  preset: 0,
  scopes: BY_PRODUCT,
})

export const changeSettings = [
  prorationMode,
  unusedOnDowngrade,
  unusedOnCancel,
  anchorDay,
  chargeNextFrom,
  pausePolicy,
] as const
