/** Every area declares its hooks when it is loaded. Before the first plugin is called all of them must have been. */
export async function loadAllHooks(): Promise<void> {
  await Promise.all([
    import('../../identity/index.ts'),
    import('../../brands/index.ts'),
    import('../../clients/index.ts'),
    import('../../catalog/index.ts'),
    import('../../billing/index.ts'),
    import('../../services/index.ts'),
    import('../../orders/index.ts'),
    import('../../reports/index.ts'),
    import('../../mail/index.ts'),
  ])
}
