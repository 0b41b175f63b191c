import type { Command } from '../areas.ts'
import { callByHand, developPlugin } from './develop-plugin.ts'
import { divertHosts, leadBack } from './divert-hosts.ts'
import { leavePlugin } from './leave-plugin.ts'
import { trySale } from './try-sale.ts'

export type { Draft } from './develop-plugin.ts'
export { refuseReal } from './developer.ts'

/** What `berth plugin dev` and `berth plugin try` ask of the core. A real installation refuses all of it. */
export const developCommands: Record<string, Command> = {
  'plugin.develop': developPlugin as Command,
  'plugin.divert': divertHosts as Command,
  'plugin.lead_back': leadBack as Command,
  'plugin.leave': leavePlugin as Command,
  'plugin.call': callByHand as Command,
  'plugin.try': trySale as Command,
}
