import type { Router } from '@koa/router'
import type { State } from '../../context.ts'
import { showAct, showActs, takeAct, takeSignOn } from './acts.ts'
import { showCancel, takeCancel, takeDecline } from './cancel.ts'
import { showChange, showPreview, takeCancelChange, takeChange } from './change.ts'
import { showEdit, takeEdit } from './edit.ts'
import { showExtra, showExtras, takeExtra } from './extras.ts'
import { showHandOver, takeHandOver, takeWithdraw } from './hand-over.ts'
import { listServices } from './list.ts'
import { showPause, takePause, takeResume } from './pause.ts'
import { showQuantity, takeQuantity } from './quantity.ts'
import { sendFile, showOne, showUsage, takeReveal, takeUndo } from './show.ts'
import { showStayOffer, takeStayOffer } from './stay-offer.ts'

export function serviceRoutes(router: Router<State>): void {
  router.get('/portal/services', listServices)
  router.get('/portal/services/:serviceId', showOne)
  router.get('/portal/services/:serviceId/usage', showUsage)
  router.get('/portal/services/:serviceId/files/:fieldId', sendFile)
  router.post('/portal/services/:serviceId/access/:position', takeReveal)
  router.get('/portal/services/:serviceId/actions', showActs)
  router.get('/portal/services/:serviceId/actions/:action', showAct)
  router.post('/portal/services/:serviceId/actions/:action', takeAct)
  router.post('/portal/services/:serviceId/sign-on', takeSignOn)
  router.get('/portal/services/:serviceId/upgrade', showChange)
  router.get('/portal/services/:serviceId/upgrade/preview', showPreview)
  router.post('/portal/services/:serviceId/upgrade', takeChange)
  router.post('/portal/services/:serviceId/changes/:changeId/cancel', takeCancelChange)
  router.get('/portal/services/:serviceId/extras', showExtras)
  router.get('/portal/services/:serviceId/extras/:productId', showExtra)
  router.post('/portal/services/:serviceId/extras/:productId', takeExtra)
  router.get('/portal/services/:serviceId/edit', showEdit)
  router.post('/portal/services/:serviceId/edit', takeEdit)
  router.get('/portal/services/:serviceId/quantity', showQuantity)
  router.post('/portal/services/:serviceId/quantity', takeQuantity)
  router.get('/portal/services/:serviceId/hand-over', showHandOver)
  router.post('/portal/services/:serviceId/hand-over', takeHandOver)
  router.post('/portal/services/:serviceId/hand-over/withdraw', takeWithdraw)
  router.get('/portal/services/:serviceId/pause', showPause)
  router.post('/portal/services/:serviceId/pause', takePause)
  router.post('/portal/services/:serviceId/resume', takeResume)
  router.get('/portal/services/:serviceId/cancel', showCancel)
  router.post('/portal/services/:serviceId/cancel', takeCancel)
  router.post('/portal/services/:serviceId/cancel/undo', takeUndo)
  router.get('/portal/services/:serviceId/cancel/offer', showStayOffer)
  router.post('/portal/services/:serviceId/cancel/offer', takeStayOffer)
  router.post('/portal/services/:serviceId/cancel/offer/decline', takeDecline)
}
