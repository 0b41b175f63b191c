// Runs before the first paint, so that the page never flashes in the wrong theme.
(() => {
  const root = document.documentElement
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const choice = () => {
    try {
      return localStorage.getItem('berth-theme') || root.dataset.theme || 'system'
    } catch {
      return root.dataset.theme || 'system'
    }
  }
  const apply = () => {
    const chosen = choice()
    root.dataset.bsTheme = chosen === 'system' ? (dark.matches ? 'dark' : 'light') : chosen
    root.dataset.theme = chosen
  }
  root.classList.add('has-script')
  dark.addEventListener('change', apply)
  document.addEventListener('berth:theme', apply)
  apply()
})()
