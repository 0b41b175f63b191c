import type { Router } from '@koa/router'
import type { RouteCtx, State } from '../context.ts'
import { takeSession } from '../chain/session.ts'
import { field, form, page, safePath, seeOther, tryForm, type FormProblem } from '../page/index.ts'
