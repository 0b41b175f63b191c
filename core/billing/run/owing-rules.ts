import type { ScopedSettings } from '../../records/index.ts'
import { suspendAfter, terminateAfter } from '../settings.ts'
import { lateFee } from './late-fee.ts'

/** The settings by which it is known what happens to what is not paid. */
export const OWING = { lateFee, suspend: suspendAfter, terminate: terminateAfter }
export type OwingRules = ScopedSettings<typeof OWING>
