import { Type, type Static } from './type.ts'
import { ClientSnapshot, Failed, IdempotencyKey, Reference } from './shapes.ts'

/** The server (panel, node, cluster) as staff set it up, by the plugin's `server_settings` schema. Secrets are tokens. */
export const ServerTarget = Type.Object({
  id: Type.String(),
  settings: Type.Record(Type.String(), Type.Unknown()),
})
export type ServerTarget = Static<typeof ServerTarget>

export const ServiceTarget = Type.Object({
  /** Our service id; use it as the external id at the provider. */
  external_id: Type.String(),
  /** What an earlier create answered; absent before. */
  remote_id: Type.Optional(Reference),
  label: Type.String({ maxLength: 190 }),
  /** Product settings with the values of the chosen options and fields laid over them. */
  settings: Type.Record(Type.String(), Type.Unknown()),
  client: ClientSnapshot,
})
export type ServiceTarget = Static<typeof ServiceTarget>

export const ProvisionInput = Type.Object({ server: ServerTarget, service: ServiceTarget })
export type ProvisionInput = Static<typeof ProvisionInput>

/** What every changing call carries. */
export const ChangeInput = Type.Object({ ...ProvisionInput.properties, idempotency_key: IdempotencyKey })
export type ChangeInput = Static<typeof ChangeInput>

/**
 * Why a service is held: unpaid (`overdue`), abuse, by staff for another reason, by the client itself (a pause), by a
 * plugin that asked for it (`plugin`), or because the service that it is a part of is held (`parent`).
 */
export const HoldReason = Type.Enum(['overdue', 'abuse', 'staff', 'client', 'plugin', 'parent'])
export type HoldReason = Static<typeof HoldReason>

export const SuspendInput = Type.Object({
  ...ChangeInput.properties,
  /** Each hold that is on the service now; none where the last one went while the call was on its way. */
  reasons: Type.Array(HoldReason),
  /** What staff wrote with it: for who runs the panel, never for its users. */
  note: Type.Optional(Type.String({ maxLength: 1_000 })),
})
export type SuspendInput = Static<typeof SuspendInput>

export const ReleaseInput = Type.Object({
  ...ChangeInput.properties,
  /** The hold that went last: `overdue` was paid. Absent where a release follows from something else. */
  reason: Type.Optional(HoldReason),
})
export type ReleaseInput = Static<typeof ReleaseInput>

/** An address, user name or password to hand to the client. Secrets are encrypted at rest and shown on request. */
export const AccessDetail = Type.Object({
  label: Type.String(),
  value: Type.String(),
  kind: Type.Union([Type.Literal('text'), Type.Literal('url'), Type.Literal('secret')]),
})
export type AccessDetail = Static<typeof AccessDetail>

export const ProvisionOutcome = Type.Union([
  Type.Object({
    outcome: Type.Literal('done'),
    remote_id: Type.Optional(Reference),
    access: Type.Optional(Type.Array(AccessDetail)),
  }),
  /** Accepted and under way: core asks `describe` later. */
  Type.Object({
    outcome: Type.Literal('pending'),
    remote_id: Reference,
    access: Type.Optional(Type.Array(AccessDetail)),
  }),
  Failed,
])
export type ProvisionOutcome = Static<typeof ProvisionOutcome>

/** The end of an act on a service that exists. */
export const ActOutcome = Type.Union([
  Type.Object({
    outcome: Type.Literal('done'),
    remote_id: Type.Optional(Reference),
    /** All access details, where the act changed one. */
    access: Type.Optional(Type.Array(AccessDetail)),
  }),
  /** Accepted and under way: core asks `follow` with this reference until it has ended. */
  Type.Object({ outcome: Type.Literal('pending'), reference: Reference }),
  Failed,
])
export type ActOutcome = Static<typeof ActOutcome>

const Name = Type.String({ minLength: 1, maxLength: 190 })

/** What `rename` may change: only what is named here is offered. */
export const ServiceNames = Type.Object({
  user: Type.Optional(Name),
  domain: Type.Optional(Name),
  label: Type.Optional(Name),
  ip: Type.Optional(Name),
})

export const ServiceReport = Type.Object({
  state: Type.Union([
    Type.Literal('absent'),
    Type.Literal('creating'),
    Type.Literal('live'),
    Type.Literal('suspended'),
    Type.Literal('failed'),
    Type.Literal('busy'),
  ]),
  remote_id: Type.Optional(Reference),
  /** "running", "offline", … where the thing has power. */
  power: Type.Optional(Type.String()),
  access: Type.Optional(Type.Array(AccessDetail)),
  detail: Type.Optional(Type.String()),
  /** Its names at the provider, as they are now. */
  names: Type.Optional(ServiceNames),
  /** Its addresses, with the name that each resolves to. */
  addresses: Type.Optional(
    Type.Array(Type.Object({ ip: Name, reverse_dns: Type.Union([Name, Type.Null()]) }), { maxItems: 256 }),
  ),
})
export type ServiceReport = Static<typeof ServiceReport>

export const UsageReport = Type.Object({
  /** False when the provider has no sample now (suspended, installing): not an error. */
  available: Type.Boolean(),
  power: Type.Optional(Type.String()),
  metrics: Type.Array(
    Type.Object({
      key: Type.String(),
      label: Type.String(),
      value: Type.Number(),
      limit: Type.Optional(Type.Number()),
      unit: Type.Union([
        Type.Literal('bytes'),
        Type.Literal('percent'),
        Type.Literal('count'),
        Type.Literal('ms'),
      ]),
    }),
  ),
})
export type UsageReport = Static<typeof UsageReport>

export const PowerInput = Type.Object({
  ...ChangeInput.properties,
  signal: Type.Union([
    Type.Literal('start'),
    Type.Literal('stop'),
    Type.Literal('restart'),
    Type.Literal('kill'),
  ]),
})
export type PowerInput = Static<typeof PowerInput>

export const ServerInput = Type.Object({ server: ServerTarget })
export type ServerInput = Static<typeof ServerInput>
