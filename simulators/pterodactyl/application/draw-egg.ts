import type { SignedCall } from '../http/call.ts'
import { item, list, nullResource, writeTime, type Item } from '../http/envelope.ts'
import type { Panel } from '../panel/panel.ts'
import type { Egg, Nest } from '../panel/records.ts'
import { drawIncludes, plain } from './includes.ts'

export function drawNest(panel: Panel, call: SignedCall, nest: Nest): Item {
  const eggs = () => panel.eggs.all().filter((egg) => egg.nest === nest.id)
  return item('nest', {
    ...nest,
    created_at: writeTime(nest.created_at),
    updated_at: writeTime(nest.updated_at),
    ...drawIncludes(call, {
      eggs: { resource: 'eggs', draw: () => list(eggs().map((egg) => drawEgg(panel, plain(call), egg))) },
    }),
  })
}

export function drawEgg(panel: Panel, call: SignedCall, egg: Egg): Item {
  const { stop, variables, created_at, updated_at, ...attributes } = egg
  const times = { created_at: writeTime(created_at), updated_at: writeTime(updated_at) }
  const nest = panel.nests.find(egg.nest)
  return item('egg', {
    ...attributes,
    docker_image: defaultImage(egg),
    config: { files: {}, startup: {}, stop, logs: {}, file_denylist: [], extends: null },
    script: { privileged: true, install: '', entry: 'bash', container: 'debian', extends: null },
    ...times,
    ...drawIncludes(call, {
      variables: {
        resource: 'eggs',
        draw: () =>
          list(variables.map((variable) => item('egg_variable', { ...variable, egg_id: egg.id, ...times }))),
      },
      nest: {
        resource: 'nests',
        draw: () => (nest ? drawNest(panel, plain(call), nest) : nullResource),
      },
    }),
  })
}

export function defaultImage(egg: Egg): string {
  return Object.values(egg.docker_images)[0] ?? ''
}
