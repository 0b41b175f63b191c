/**
 * An address from a path and query: null and undefined drop a parameter, a list repeats it.
 * url('/admin/invoices', { status: 'overdue', after: null }) → "/admin/invoices?status=overdue"
 */
export function url(path: string, query: Record<string, QueryValue> = {}): string {
  const [base = '', existing = ''] = path.split('?', 2)
  const params = new URLSearchParams(existing)
  for (const [name, value] of Object.entries(query)) {
    params.delete(name)
    if (value === null || value === undefined) continue
    for (const item of Array.isArray(value) ? value : [value]) params.append(name, String(item))
  }
  const text = params.toString()
  return text === '' ? base : `${base}?${text}`
}

export type QueryValue = string | number | boolean | null | undefined | readonly string[]
