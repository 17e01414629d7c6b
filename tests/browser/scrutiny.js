// What an exacting reader finds wrong with a page as it stands; put into it by scrutiny.py.
window.scrutiny = (() => {
  const CONTROLS = 'button, a[href], input, select, textarea, summary, [role=button], [role=tab], [role=radio], [role=checkbox], [role=switch], [role=option], [role=menuitem]'
  const SPOKEN = ['aria-label', 'aria-description', 'aria-valuetext', 'title', 'placeholder', 'alt']
  // Pages of a document and its own outline are what a bidder wrote; a face shows the first letter of a name.
  const WRITTEN = '.er-page, .er-side-list, .er-head-face'
  // A third of a point is what rounding leaves.
  const SLACK = 1.5

  /** Everything that is read or heard: texts, names, hints, choices of lists, the title. */
  function words() {
    const found = new Set([document.title])
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const parent = node.parentElement
      if (parent.closest(`script, style, ${WRITTEN}`) === null && node.data.trim() !== '') found.add(node.data.trim())
    }
    for (const element of document.body.querySelectorAll('*')) {
      if (element.closest(WRITTEN) !== null) continue
      for (const name of SPOKEN) if (element.getAttribute(name)?.trim()) found.add(element.getAttribute(name).trim())
    }
    return [...found]
  }

  /** What lies wrongly: a page wider than its window, controls that are cut off or lie over each other. */
  function layout() {
    const faults = []
    const root = document.documentElement
    if (root.scrollWidth > innerWidth) faults.push(`the page is ${root.scrollWidth - innerWidth} px wider than its window (${widest()})`)
    for (const head of document.querySelectorAll('.er-head, .er-stage'))
      if (seen(head) && !within(head.getBoundingClientRect())) faults.push(`${name(head)} is not wholly in the window`)
    const places = [...scope().querySelectorAll(CONTROLS)].filter(seen).map((control) => place(control, faults))
    overlaps(places, faults)
    garbled(faults)
    return faults
  }

  /** Only what a dialog holds can be used while it is open. */
  function scope() {
    const open = [...document.querySelectorAll('[aria-modal=true], dialog[open]')].filter(seen)
    return open.at(-1) ?? document.body
  }

  function seen(element) {
    const { width, height } = element.getBoundingClientRect()
    return width > 2 && height > 2 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  }

  function within(box) {
    return box.left >= -SLACK && box.top >= -SLACK && box.right <= innerWidth + SLACK && box.bottom <= innerHeight + SLACK
  }

  /** What of a control can be seen without scrolling; told, if scrolling never brings the rest. */
  function place(control, faults) {
    const { left, top, right, bottom } = control.getBoundingClientRect()
    runsOver(control, faults)
    return visible({ control, left, top, right, bottom }, control.parentElement, faults)
  }

  /** The box without what the boxes around it hide, from `nearest` outward. */
  function visible(box, nearest, faults) {
    let inner = box.control
    for (let outer = nearest; outer !== null && outer !== document.body; outer = outer.parentElement) {
      const { position } = getComputedStyle(inner)
      if (outer !== inner && position === 'fixed') break
      if (outer !== inner && position === 'absolute' && getComputedStyle(outer).position === 'static') continue
      cut(box, outer, faults)
      inner = outer
    }
    cut(box, null, faults)
    return box
  }

  function cut(box, outer, faults) {
    const root = document.documentElement
    const style = outer === null ? null : getComputedStyle(outer)
    const frame = outer?.getBoundingClientRect() ?? { left: 0, top: 0, right: innerWidth, bottom: innerHeight }
    for (const [low, high, overflow, scrolls] of [
      ['left', 'right', style?.overflowX ?? 'clip', outer !== null && outer.scrollWidth > outer.clientWidth],
      ['top', 'bottom', style?.overflowY ?? 'clip', outer === null ? root.scrollHeight > innerHeight : outer.scrollHeight > outer.clientHeight],
    ]) {
      if (overflow === 'visible') continue
      const scrollable = (overflow === 'auto' || overflow === 'scroll' || outer === null) && scrolls
      const over = Math.max(frame[low] - box[low], box[high] - frame[high])
      if (!scrollable && over > SLACK && box[high] - box[low] > 2) faults.push(`${name(box.control)} is cut off by ${Math.round(over)} px at ${outer === null ? 'the window' : name(outer)} (${low}–${high})`)
      box[low] = Math.max(box[low], frame[low])
      box[high] = Math.min(box[high], frame[high])
    }
  }

  /** Words that do not fit what they stand in. */
  function runsOver(control, faults) {
    const style = getComputedStyle(control)
    if (!control.matches('button, a') || style.display === 'inline') return
    const over = control.scrollWidth - control.clientWidth
    if (over > SLACK && style.textOverflow !== 'ellipsis') faults.push(`the words of ${name(control)} run over its edge by ${over} px`)
  }

  function overlaps(places, faults) {
    pairs(places, (a, b, box) => {
      const [one, other] = [a.control, b.control]
      if (one.contains(other) || other.contains(one) || sameLabel(one, other) || layer(one) !== layer(other)) return
      const upper = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2)
      if ([one, other].some((control) => control.contains(upper))) faults.push(`${name(one)} and ${name(other)} lie over each other`)
    })
  }

  function sameLabel(a, b) {
    const label = a.closest('label, .el-select, .el-input, .el-date-editor')
    return label !== null && label === b.closest('label, .el-select, .el-input, .el-date-editor')
  }

  /** Words that lie over other words: what nobody can read. */
  function garbled(faults) {
    const lines = []
    const walker = document.createTreeWalker(scope(), NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement
      if (node.data.trim() === '' || !seen(element) || element.closest('.er-page, .er-spoken, option') !== null) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      for (const { left, top, right, bottom } of range.getClientRects()) {
        lines.push(visible({ control: element, left, top, right, bottom }, element, []))
      }
    }
    pairs(lines, (a, b, box) => {
      // Letters are lower than the line they stand in, and lines may stand close.
      const share = (box.bottom - box.top) / Math.min(a.bottom - a.top, b.bottom - b.top)
      if (a.control === b.control || box.right - box.left < 4 || share < 0.5 || layer(a.control) !== layer(b.control)) return
      faults.push(`${name(a.control)} and ${name(b.control)} are written over each other`)
    })
  }

  function pairs(places, meet) {
    places.sort((a, b) => a.top - b.top)
    places.forEach((a, at) => {
      for (let next = at + 1; next < places.length && places[next].top < a.bottom - SLACK; next += 1) {
        const b = places[next]
        const box = { left: Math.max(a.left, b.left), right: Math.min(a.right, b.right), top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom) }
        if (box.right - box.left > SLACK && box.bottom - box.top > SLACK) meet(a, b, box)
      }
    })
  }

  /** What stays in place while all else scrolls below it, or was laid over the rest on purpose. */
  function layer(element) {
    for (let at = element; at !== null; at = at.parentElement)
      if (['sticky', 'fixed', 'absolute'].includes(getComputedStyle(at).position)) return at
    return null
  }

  function widest() {
    const over = [...document.body.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > innerWidth + SLACK)
    return over.length === 0 ? '?' : name(over.at(-1))
  }

  function name(element) {
    const told = element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 24)
    const classes = [...element.classList].slice(0, 2).join('.')
    return `${element.tagName.toLowerCase()}${element.id === '' ? '' : `#${element.id}`}${classes === '' ? '' : `.${classes}`} “${told}”`
  }

  /** Language and size of letters, as the buttons of the header set them. */
  async function set(language, size) {
    const settings = document.querySelector('#app').__vue_app__.config.globalProperties.$pinia._s.get('settings')
    settings.textSize = size
    await settings.setLanguage(language)
    await drawn(() => document.documentElement.lang === language && document.documentElement.dataset.textSize === String(size))
  }

  /** Two pictures later, and once it is so. */
  async function drawn(so = () => true) {
    for (let pictures = 0; pictures < 2 || !so(); pictures += 1) await new Promise(requestAnimationFrame)
  }

  return { words, layout, set, drawn }
})()
