import { Type, type Static } from './type.ts'
import { ClientSnapshot, Failed, Reference } from './shapes.ts'

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
  server: ServerTarget,
  service: ServiceTarget,
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
