import { Type, type Static } from './type.ts'

/** Asked of each instance by itself, before the new version serves anybody. The settings are those of the old one. */
export const UpgradeStep = Type.Object({
  /** The version that the instance comes from, and the one that asks. */
  from: Type.String(),
  to: Type.String(),
  /** What the last turn answered as `go_on`. */
  cursor: Type.Optional(Type.String()),
})
export type UpgradeStep = Static<typeof UpgradeStep>

export const UpgradeAnswer = Type.Object({
  /** All settings but the secrets, by the new schema; absent: they stay as they are. Secrets keep their names. */
  settings: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  /** There is more than fits into one call: core calls once more with it. Nothing is kept before the last turn. */
  go_on: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000 })),
})
export type UpgradeAnswer = Static<typeof UpgradeAnswer>
