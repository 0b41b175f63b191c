// What the browser cannot do by attributes alone. Every page works without this file.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector)
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)]
  const on = (type, act, options) => document.addEventListener(type, act, options)
  const onClick = (selector, act) =>
    on('click', (event) => {
      const hit = event.target.closest?.(selector)
      if (hit) act(hit, event)
    })

  // Theme: kept in the browser at once, and by the form's own post for other devices.
  onClick('[data-theme-choice]', (button, event) => {
    event.preventDefault()
    try {
      localStorage.setItem('berth-theme', button.dataset.themeChoice)
    } catch { /* A browser without storage keeps the theme for this page only. */ }
    document.documentElement.dataset.theme = button.dataset.themeChoice
    document.dispatchEvent(new Event('berth:theme'))
    markTheme()
    const form = button.form
    if (form) fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form, button)), redirect: 'manual' }).catch(() => {})
    button.closest('details')?.removeAttribute('open')
  })
  const markTheme = () => {
    const chosen = document.documentElement.dataset.theme
    for (const button of $$('[data-theme-choice]')) {
      button.setAttribute('aria-pressed', String(button.dataset.themeChoice === chosen))
    }
  }

  // Toasts: six seconds, longer under the pointer or focus; errors stay; at most three.
  const dismissing = new WeakMap()
  const armToasts = () => {
    const toasts = $$('#toasts > .b-toast')
    for (const old of toasts.slice(0, -3)) old.remove()
    for (const toast of toasts) if (!toast.dataset.stay && !dismissing.has(toast)) arm(toast)
  }
  const arm = (toast) => {
    const start = () => dismissing.set(toast, setTimeout(() => toast.remove(), 6000))
    const stop = () => clearTimeout(dismissing.get(toast))
    for (const type of ['pointerenter', 'focusin']) toast.addEventListener(type, stop)
    for (const type of ['pointerleave', 'focusout']) toast.addEventListener(type, start)
    start()
  }
  const toastFrom = (templateId) => {
    const template = document.getElementById(templateId)
    if (!template || $(`#toasts > [data-from="${templateId}"]`)) return
    const toast = template.content.firstElementChild.cloneNode(true)
    toast.dataset.from = templateId
    $('#toasts').append(toast)
  }
  onClick('[data-close]', (button) => button.closest('.b-toast, .b-notice')?.remove())

  // Dialog: whatever htmx puts into its body opens it; the address stays a page of its own.
  const dialog = () => document.getElementById('dialog')
  const isOpen = () => dialog()?.open
  on('berth:close-dialog', () => isOpen() && dialog().close())
  on('click', (event) => event.target === dialog() && dialog().close())
  onClick('[data-dialog-close]', (_, event) => {
    if (!isOpen()) return
    event.preventDefault()
    dialog().close()
  })

  // Menus made of <details>: one open at a time, closed by Esc and by a click beside them.
  on('click', (event) => {
    for (const menu of $$('details.b-menu[open]')) if (!menu.contains(event.target)) menu.open = false
  })
  const closeMenus = () => {
    for (const menu of $$('details.b-menu[open]')) {
      menu.open = false
      $('summary', menu).focus()
    }
  }

  // Copy and reveal.
  onClick('[data-copy]', async (button) => {
    await navigator.clipboard.writeText(button.dataset.copy)
    button.classList.add('is-done')
    setTimeout(() => button.classList.remove('is-done'), 1600)
    toastFrom('toast-copied')
  })
  onClick('[data-reveal]', (button) => {
    const field = document.getElementById(button.dataset.reveal)
    const shown = field.type === 'password'
    field.type = shown ? 'text' : 'password'
    button.setAttribute('aria-pressed', String(shown))
  })

  // Bulk select: tick boxes named in [data-bulk], a bar that counts them.
  const countBulk = (scope) => {
    const boxes = $$('[data-bulk-row]', scope)
    const chosen = boxes.filter((box) => box.checked).length
    const all = $('[data-bulk-all]', scope)
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length
      all.indeterminate = chosen > 0 && chosen < boxes.length
    }
    const bar = $('[data-bulk-bar]', scope)
    if (bar) bar.hidden = chosen === 0
    for (const count of $$('[data-bulk-count]', scope)) count.textContent = String(chosen)
  }
  on('change', (event) => {
    const scope = event.target.closest?.('[data-bulk]')
    if (scope && event.target.matches('[data-bulk-all]')) {
      for (const box of $$('[data-bulk-row]', scope)) box.checked = event.target.checked
    }
    if (scope) countBulk(scope)
    if (event.target.matches?.('[data-autosubmit]')) event.target.form.requestSubmit()
  })

  // Unsaved changes: the bar shows itself, leaving asks once.
  const isDirty = () => $('form[data-guard].is-changed') !== null
  on('input', (event) => event.target.closest?.('form[data-guard]')?.classList.add('is-changed'))
  on('reset', (event) => event.target.classList.remove('is-changed'))
  on('submit', (event) => event.target.classList?.remove('is-changed'))
  addEventListener('beforeunload', (event) => isDirty() && event.preventDefault())

  // Words to type before a dangerous act: the button wakes when they match.
  on('input', (event) => {
    const word = event.target.dataset?.confirmWord
    if (word === undefined) return
    const button = $('[data-confirm-button]', event.target.form)
    if (button) button.disabled = event.target.value.trim() !== word
  })
  const sleepButtons = () => {
    for (const field of $$('[data-confirm-word]')) {
      const button = $('[data-confirm-button]', field.form)
      if (button) button.disabled = field.value.trim() !== field.dataset.confirmWord
    }
  }

  // Keyboard.
  const isTyping = (target) => target.closest?.('input, textarea, select, [contenteditable]') !== null
  const firstKey = { key: '', at: 0 }
  on('keydown', (event) => {
    if (event.key === 'Escape') return closeMenus()
    const withCommand = event.ctrlKey || event.metaKey
    if (withCommand && event.key === 'Enter') return event.target.form?.requestSubmit()
    if (withCommand && event.key.toLowerCase() === 'k') return press('[data-palette]', event)
    if (withCommand || event.altKey || isTyping(event.target) || document.body.dataset.keys === 'off') return
    if (event.key === '/') return press('[data-filter]', event)
    if (event.key === 'j' || event.key === 'k') return step(event.key === 'j' ? 1 : -1)
    if (event.key === 'x') return $('input[data-bulk-row]', document.activeElement.closest('tr') ?? document.body)?.click()
    sequence(event)
  })
  const press = (selector, event) => {
    const target = $(selector)
    if (!target) return
    event.preventDefault()
    if (target.matches('input')) target.select()
    else target.click()
    target.focus()
  }
  const step = (by) => {
    const rows = $$('[data-rows] a[data-row-link]')
    const here = rows.findIndex((link) => link.closest('tr')?.contains(document.activeElement))
    rows[Math.max(0, Math.min(rows.length - 1, here + by))]?.focus()
  }
  const sequence = (event) => {
    const keys = event.timeStamp - firstKey.at < 1000 ? `${firstKey.key} ${event.key}` : event.key
    const target = $(`[data-key="${CSS.escape(keys)}"]`)
    firstKey.key = event.key
    firstKey.at = event.timeStamp
    if (target) press(`[data-key="${CSS.escape(keys)}"]`, event)
  }

  // Fields of a provider in a frame of their own: its window alone is heard, and only a height and a token. A person sends the form.
  addEventListener('message', ({ source, data }) => {
    const frame = $$('iframe[data-embed]').find((one) => one.contentWindow === source)
    if (!frame || typeof data !== 'object' || data === null) return
    if (Number.isFinite(data.height)) frame.height = String(Math.round(Math.min(Math.max(data.height, 40), 1200)))
    const form = frame.closest('form')
    if (!form || typeof data.token !== 'string' || data.token.length > 4096) return
    $('[data-embed-token]', form).value = data.token
    const button = $('[data-embed-send]', form)
    if (button) button.disabled = data.token === ''
  })

  // After a swap by htmx.
  on('htmx:after:swap', (event) => {
    const body = document.getElementById('dialog-body')
    if (body?.childElementCount && !isOpen() && body.contains(event.detail?.ctx?.target ?? null)) dialog().showModal()
    if (event.detail?.ctx?.select === '#main') arrive()
    settle()
  })
  on('htmx:error', () => toastFrom('toast-offline'))
  on('htmx:confirm', (event) => {
    const leaves = event.target.closest?.('a') && isDirty()
    const text = leaves && $('form[data-guard].is-changed').dataset.guard
    if (leaves && !confirm(text)) event.preventDefault()
  })
  const arrive = () => {
    const heading = $('#main h1')
    heading?.setAttribute('tabindex', '-1')
    heading?.focus({ preventScroll: true })
    scrollTo(0, 0)
    markPlace()
  }
  // The navigation stands outside #main: the entry with the longest fitting address is the current one.
  const markPlace = () => {
    for (const nav of $$('[data-nav]')) {
      const links = $$('a', nav)
      const fits = (link) => location.pathname === link.pathname || location.pathname.startsWith(`${link.pathname}/`)
      const [best] = links.filter(fits).sort((a, b) => b.pathname.length - a.pathname.length)
      for (const link of links) link === best ? link.setAttribute('aria-current', 'page') : link.removeAttribute('aria-current')
    }
  }
  // A row of tabs that is wider than the screen begins at the one that is open.
  const showCurrentTab = (tabs) => {
    const tab = $('[aria-current]', tabs)
    if (tab && tabs.scrollWidth > tabs.clientWidth)
      tabs.scrollLeft += tab.getBoundingClientRect().left - tabs.getBoundingClientRect().left - tabs.clientWidth / 4
  }
  // What was said about a field that was left holds for the field; the focus stays where the person went.
  const markChecked = (field) => {
    const isWrong = $('.b-error', document.getElementById(field.dataset.checked) ?? undefined) !== null
    if (isWrong === (field.getAttribute('aria-invalid') === 'true')) return
    field.dataset.seen = ''
    if (isWrong) field.setAttribute('aria-invalid', 'true')
    else field.removeAttribute('aria-invalid')
  }
  const settle = () => {
    armToasts()
    sleepButtons()
    for (const scope of $$('[data-bulk]')) countBulk(scope)
    for (const tabs of $$('.b-tabs')) showCurrentTab(tabs)
    for (const field of $$('[data-checked]')) markChecked(field)
    $('[aria-invalid="true"]:not([data-seen])')?.focus()
    for (const field of $$('[aria-invalid="true"]')) field.dataset.seen = ''
  }
  markTheme()
  settle()
})()
