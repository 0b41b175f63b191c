import { systemActor } from '../../kernel/index.ts'
import type { Wiring } from '../areas.ts'
import { DevelopRefused } from '../errors.ts'
import { findInstallation } from '../installation.ts'

export const developer = systemActor('plugin_developer')

export async function refuseReal({ means }: Pick<Wiring, 'means'>): Promise<void> {
  if ((await findInstallation(means.db))?.kind === 'real') throw DevelopRefused({})
}
