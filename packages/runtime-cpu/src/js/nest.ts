// A loop nest under construction. A statement goes to the outermost level at which its operands are known, and what is
// computed twice on the way to a place is computed once: `bind` gives equal text the same name.
import type { AxisId, Kernel } from '@heddle/core'

interface Level {
  readonly header: string
  readonly axis: AxisId | undefined
  readonly lines: string[]
  readonly names: Map<string, string>
}

export interface Nest {
  readonly kernel: Kernel
  /** Number of open loops; 0 is the body of the function. */
  readonly depth: number
  /** The loop of an axis; 0 for one of extent 1, which has no loop. */
  depthOf(axis: AxisId): number
  /** Opens loops over `axes`, outermost first, leaving out those of extent 1. */
  openAxes(axes: readonly AxisId[]): void
  /** Opens one loop with the given header; `axis` is the axis it counts, if it counts one. */
  open(header: string, axis?: AxisId): void
  /** Closes loops until `depth` are left. */
  closeTo(depth: number): void
  /** Adds a statement at the current depth. */
  line(text: string): void
  /** Adds a statement at an outer depth, before the loops that are open inside it. */
  lineAt(depth: number, text: string): void
  /** A name for the value of `text` at `depth`; equal text there or further out gives the same name. */
  bind(depth: number, text: string): string
  fresh(prefix: string): string
  /** The finished text; all loops must be closed. */
  finish(): readonly string[]
}

/** The loop variable of an axis. */
export function axisName(axis: AxisId): string {
  return `i${axis}`
}

export function makeNest(kernel: Kernel): Nest {
  const levels: Level[] = [{ header: '', axis: undefined, lines: [], names: new Map() }]
  let counter = 0
  const level = (depth: number): Level => levels[depth]!
  const fresh = (prefix: string): string => `${prefix}${counter++}`

  const open = (header: string, axis?: AxisId): void => {
    levels.push({ header, axis, lines: [], names: new Map() })
  }
  return {
    kernel,
    get depth() {
      return levels.length - 1
    },
    depthOf: (axis) =>
      Math.max(
        levels.findIndex((candidate) => candidate.axis === axis),
        0,
      ),
    open,
    openAxes: (axes) => {
      for (const axis of axes) {
        const { extent } = kernel.axes[axis]!
        const name = axisName(axis)
        if (extent !== 1) open(`for (let ${name} = 0; ${name} < ${extent}; ${name}++)`, axis)
      }
    },
    closeTo: (depth) => {
      while (levels.length - 1 > depth) {
        const { header, lines } = levels.pop()!
        const parent = level(levels.length - 1)
        parent.lines.push(`${header} {`, ...lines.map((line) => `  ${line}`), '}')
      }
    },
    line: (text) => {
      level(levels.length - 1).lines.push(text)
    },
    lineAt: (depth, text) => {
      level(depth).lines.push(text)
    },
    bind: (depth, text) => {
      for (let at = Math.min(depth, levels.length - 1); at >= 0; at--) {
        const name = level(at).names.get(text)
        if (name !== undefined) return name
      }
      const name = fresh('t')
      level(depth).lines.push(`const ${name} = ${text};`)
      level(depth).names.set(text, name)
      return name
    },
    fresh,
    finish: () => level(0).lines,
  }
}
