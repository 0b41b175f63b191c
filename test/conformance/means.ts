import { randomFillSync } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../core/kernel/index.ts'
// Areas declare the hooks that a plugin may list.
import '../../core/orders/index.ts'

/** What the kit needs of a test. */
export const means = {
  clock: systemClock,
  randomFill: (bytes: Uint8Array) => void randomFillSync(bytes),
  cacheFolder: join(tmpdir(), 'berth-test-plugins'),
}
