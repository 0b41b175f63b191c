import { invalid } from '../http/refusals.ts'
import type { Panel } from '../panel/panel.ts'
import type { Egg } from '../panel/records.ts'
import { findViolations, textIn, valueAt, type Fields } from '../rules/index.ts'
import { lookupsOf } from './check-fields.ts'

/** Checks the complete set of variables of an egg and returns their values; one that is not sent becomes empty. */
export function checkVariables(panel: Panel, egg: Egg, environment: Fields): Record<string, string> {
  const names = egg.variables.map(({ env_variable }) => env_variable)
  const sent = Object.fromEntries(names.map((name) => [name, valueAt(environment, name) ?? null]))
  const table = Object.fromEntries(
    egg.variables.map(({ env_variable, rules }) => [`environment.${env_variable}`, rules]),
  )
  const violations = findViolations({ environment: sent }, table, lookupsOf(panel))
  if (violations.length > 0) throw invalid(violations)
  return Object.fromEntries(names.map((name) => [name, textIn(sent, name) ?? '']))
}
