import type { Answer, SignedCall } from '../http/call.ts'
import { refusal } from '../http/refusals.ts'
import type { Panel } from '../panel/panel.ts'
import { fieldsIn, flagIn, numberIn, textIn } from '../rules/index.ts'
import { checkFields } from './check-fields.ts'
import { checkVariables } from './check-variables.ts'
import { drawServer } from './draw-server.ts'
import { findRow } from './find-row.ts'

/** `external_id` and `description` that are not sent are emptied. */
export function changeDetails(panel: Panel, call: SignedCall): Answer {
  const server = findRow(panel.servers, call)
  checkFields(panel, 'changeDetails', call.body, server.id)
  Object.assign(server, {
    external_id: textIn(call.body, 'external_id'),
    name: textIn(call.body, 'name'),
    user: numberIn(call.body, 'user'),
    description: textIn(call.body, 'description') ?? '',
    updated_at: panel.clock(),
  })
  return { status: 200, body: drawServer(panel, call, server) }
}

/** An environment that is not empty must be the complete set of the egg's variables. */
export function changeStartup(panel: Panel, call: SignedCall): Answer {
  const server = findRow(panel.servers, call)
  checkFields(panel, 'changeStartup', call.body)
  const egg = panel.eggs.find(numberIn(call.body, 'egg') ?? 0)
  if (!egg) throw refusal('not_found')
  const environment = fieldsIn(call.body, 'environment')
  if (Object.keys(environment).length > 0) server.environment = checkVariables(panel, egg, environment)
  Object.assign(server, {
    egg: egg.id,
    nest: egg.nest,
    startup: textIn(call.body, 'startup'),
    image: textIn(call.body, 'image'),
    skip_scripts: flagIn(call.body, 'skip_scripts') ?? server.skip_scripts,
    updated_at: panel.clock(),
  })
  return { status: 200, body: drawServer(panel, call, server) }
}
