// The text of modules and optimisers, as PyTorch prints them, from their parts: children are handed over as texts.

export interface PrintedModule {
  readonly name: string
  /** What the module says of itself, several lines perhaps: `in_features=3, out_features=4, bias=True`. */
  readonly extra?: string
  /** Names and texts of children; null for one that is absent. */
  readonly children?: readonly (readonly [string, string | null])[]
}

/** `Linear(in_features=3, out_features=4, bias=True)`; with children each on lines of its own, indented by 2. */
export function formatModule({ name, extra = '', children = [] }: PrintedModule): string {
  if (children.length === 0 && !extra.includes('\n')) return `${name}(${extra})`
  const own = extra === '' ? [] : extra.split('\n')
  return inLines(name, own.concat(children.map(([key, text]) => `(${key}): ${indented(text ?? 'None')}`)))
}

/** A list of modules: neighbours that print the same are one entry, `(0-2): 3 x Linear(...)`. */
export function formatModuleList(name: string, children: readonly string[]): string {
  if (children.length === 0) return `${name}()`
  const lines: string[] = []
  for (let from = 0; from < children.length; ) {
    const text = children[from] ?? ''
    let end = from + 1
    while (children[end] === text) end++
    const label = end === from + 1 ? `(${from}): ` : `(${from}-${end - 1}): ${end - from} x `
    lines.push(label + indented(text))
    from = end
  }
  return inLines(name, lines)
}

/** The line of a `ParameterList` or `ParameterDict` for one of its tensors. */
export function formatParameterEntry(
  key: string,
  { kind = 'Parameter', dtype, shape, device = 'cpu' }: PrintedEntry,
): string {
  const where = device === 'cpu' ? '' : ` (${device})`
  return `  (${key}): ${kind} containing: [torch.${dtype} of size ${shape.join('x')}${where}]`
}

export interface PrintedEntry {
  readonly kind?: 'Parameter' | 'Tensor'
  /** PyTorch's name: `float32`. */
  readonly dtype: string
  readonly shape: readonly number[]
  readonly device?: string
}

function inLines(name: string, lines: readonly string[]): string {
  return `${name}(\n${lines.map((line) => `  ${line}`).join('\n')}\n)`
}

const indented = (text: string): string => text.replaceAll('\n', '\n  ')
