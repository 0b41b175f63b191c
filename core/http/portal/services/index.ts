import type { Router } from '@koa/router'
import type { State } from '../../context.ts'
import { showCancel, takeCancel } from './cancel.ts'
import { showChange, showPreview, takeCancelChange, takeChange } from './change.ts'
import { listServices } from './list.ts'
import { sendFile, showOne, showUsage, takePower, takeReveal, takeUndo } from './show.ts'

export function serviceRoutes(router: Router<State>): void {
  router.get('/portal/services', listServices)
  router.get('/portal/services/:serviceId', showOne)
  router.get('/portal/services/:serviceId/usage', showUsage)
  router.get('/portal/services/:serviceId/files/:fieldId', sendFile)
  router.post('/portal/services/:serviceId/access/:position', takeReveal)
  router.post('/portal/services/:serviceId/actions/:action', takePower)
  router.get('/portal/services/:serviceId/upgrade', showChange)
  router.get('/portal/services/:serviceId/upgrade/preview', showPreview)
  router.post('/portal/services/:serviceId/upgrade', takeChange)
  router.post('/portal/services/:serviceId/changes/:changeId/cancel', takeCancelChange)
  router.get('/portal/services/:serviceId/cancel', showCancel)
  router.post('/portal/services/:serviceId/cancel', takeCancel)
  router.post('/portal/services/:serviceId/cancel/undo', takeUndo)
}
