import type { Actor } from '../../../core/kernel/index.ts'
import { noHooks } from '../../../core/records/index.ts'
import type { TestMeans } from '../../support/means.ts'
import type { Plant } from './plant.ts'

export interface Deciding {
  plant: Plant
  means: TestMeans
  actor: Actor
}

/** Makes what the verb acts on and runs it; it must ask its check before anything is written. */
export type Decide = (shop: Deciding) => Promise<unknown>

export const REASON = 'Because'

/** What stands before the decision was made while nobody refused anything. */
export const before = ({ means }: Deciding): TestMeans => ({ ...means, hooks: noHooks })
