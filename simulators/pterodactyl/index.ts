export type {
  Busyness,
  DelayFault,
  FailFault,
  FaultTarget,
  JournalEntry,
  PanelState,
  PterodactylControl,
} from './control/index.ts'
export type { RateLimits } from './http/limit-rate.ts'
export { REFUSALS, type RefusalName } from './http/refusals.ts'
export { RULE_TABLES, type RuleTableName } from './rules/tables.ts'
export { startPterodactyl, type PterodactylOptions, type PterodactylSimulator } from './start-pterodactyl.ts'
