// HTML as text: everything put between tags is escaped unless it already is markup.

/** Text that is HTML already. */
export interface Markup {
  readonly html: string
}

export type Child = Markup | string | number | readonly Child[]

/** Fills a template; strings and numbers are escaped, markup and lists of it are not. */
export function markup(texts: TemplateStringsArray, ...children: readonly Child[]): Markup {
  return {
    html: texts.map((text, at) => text + (at < children.length ? render(children[at] ?? '') : '')).join(''),
  }
}

/** Trusts a text to be HTML. */
export const rawMarkup = (html: string): Markup => ({ html })

function render(child: Child): string {
  if (typeof child === 'number') return String(child)
  if (typeof child === 'string') return escapeHtml(child)
  return 'html' in child ? child.html : child.map(render).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign)
