import type { Static, TSchema } from '../type.ts'

/** One verb of a kind: what core hands over and what it accepts as answer. */
export interface Operation {
  input: TSchema
  output: TSchema
  /** The same input always has the same answer: no network, no storage, no secrets while it runs. */
  pure?: true
  /**
   * Acts at an outside company, and carries an `idempotency_key`. After an unknown outcome it is called again under the
   * same key, and that repeat must change nothing.
   */
  changes?: true
  /** It gives a part of something that core makes, as a shape hook does, and one plugin gives all of that part. */
  shapes?: {
    /** When it is asked and what its failure does, for docs/hooks.md. */
    says: string
    /** Skip: core goes on without that part. Stop: what needs it fails whole. */
    failure: 'skip' | 'stop'
  }
}

/** Where nothing is handed over, nothing need be named. */
type Handler<O extends Operation> = [keyof Static<O['input']>] extends [never]
  ? () => Promise<Static<O['output']>>
  : (input: Static<O['input']>) => Promise<Static<O['output']>>

type Handlers<T extends Record<string, Operation>> = { [K in keyof T]: Handler<T[K]> }

/** The interface of a kind, by its table of operations: `Needed` must be there, the others may. */
export type KindOf<T extends Record<string, Operation>, Needed extends keyof T = never> = Pick<
  Handlers<T>,
  Needed
> &
  Partial<Pick<Handlers<T>, Exclude<keyof T, Needed>>>
