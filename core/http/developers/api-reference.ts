import type { Router } from '@koa/router'
import { openApi, type OpenApi, type Operation, type ResponseDoc } from '../api/open-api.ts'
import type { RouteCtx, State } from '../context.ts'
import { PageNotFound } from '../errors.ts'
import { page } from '../page/index.ts'
import { schemaRows, type SchemaRow } from './schema-rows.ts'

/** DV-01 and DV-02: how one begins, and the reference of the API, drawn from the document that programs read. */
export function developerRoutes(router: Router<State>): void {
  router.get('/developers', showStart)
  router.get('/developers/api', (ctx) => showReference(ctx, null))
  router.get('/developers/api/:tag', (ctx) => showReference(ctx, ctx.params.tag!))
}

const FACTS = ['key', 'scopes', 'lists', 'money', 'once', 'errors', 'limits'] as const

async function showStart(ctx: RouteCtx): Promise<void> {
  const { origin, t } = ctx.state
  const document = openApi(origin)
  const view = {
    server: document.servers[0]!.url,
    sample: sampleOf(document, 'GET', '/invoices?limit=5', false),
    facts: FACTS.map((name) => ({
      title: t(`developers.start.${name}.title`),
      text: t(`developers.start.${name}.text`),
    })),
    tags: document.tags.map(({ name }) => ({
      label: t(`developers.tag.${name}`),
      href: `/developers/api/${name}`,
    })),
  }
  await page(ctx, 'developers/index', view, { title: t('developers.start.title') })
}

interface OperationView {
  id: string
  method: string
  path: string
  summary: string
  description: string
  parameters: { name: string; where: string; required: boolean; text: string }[]
  body: SchemaRow[]
  answers: { status: string; text: string; rows: SchemaRow[] }[]
  sample: string
}

async function showReference(ctx: RouteCtx, wanted: string | null): Promise<void> {
  const document = openApi(ctx.state.origin)
  const { t } = ctx.state
  const tags = document.tags.map(({ name }) => name)
  const tag = wanted ?? tags[0]!
  if (!tags.includes(tag)) throw PageNotFound({ path: ctx.path })
  const view = {
    tag,
    tabs: tags.map((name) => ({
      ...{ label: t(`developers.tag.${name}`), href: `/developers/api/${name}` },
      ...(name === tag ? { active: true } : {}),
    })),
    server: document.servers[0]!.url,
    operations: operationsOf(document, tag),
  }
  await page(ctx, 'developers/api', view, { title: t('developers.title') })
}

function operationsOf(document: OpenApi, tag: string): OperationView[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) =>
        operationView(document, { method: method.toUpperCase(), path, operation }),
      ),
  )
}

function operationView(
  document: OpenApi,
  { method, path, operation }: { method: string; path: string; operation: Operation },
): OperationView {
  const body = operation.requestBody?.content['application/json']?.schema
  return {
    ...{ id: operation.operationId, method, path, summary: operation.summary },
    description: operation.description.replaceAll('`', ''),
    parameters: operation.parameters.map((parameter) => ({
      ...{ name: parameter.name, where: parameter.in, required: parameter.required },
      text: parameter.description ?? '',
    })),
    body: body ? schemaRows(document, body) : [],
    answers: Object.entries(operation.responses).map(([status, response]) =>
      answerView(document, status, response),
    ),
    sample: sampleOf(document, method, path, body !== undefined),
  }
}

/** Refusals all have one shape, which stands once above. */
function answerView(
  document: OpenApi,
  status: string,
  response: ResponseDoc,
): OperationView['answers'][number] {
  const schema = response.content?.['application/json']?.schema
  return { status, text: response.description, rows: schema ? schemaRows(document, schema) : [] }
}

function sampleOf(document: OpenApi, method: string, path: string, hasBody: boolean): string {
  const lines = [`curl ${document.servers[0]!.url}${path}`, '-H "Authorization: Bearer $BERTH_KEY"']
  if (method === 'POST') lines.push('-X POST', '-H "Idempotency-Key: $(uuidgen)"')
  if (hasBody) lines.push('-H "Content-Type: application/json"', '-d @body.json')
  return lines.join(' \\\n  ')
}
