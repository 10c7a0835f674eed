// The part of a report that is about a plan: its kernels with the reasons for their extent, and who needs how much memory.
import { type Child, type Markup, markup } from './html.ts'
import type { KernelFacts, PlanFacts } from './plan-facts.ts'
import type { TrainingRun } from './train.ts'

/** `1.2 MB`, of 1,000,000 bytes each; below 1,000 as they are. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`
  return count < 1e6 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1e6).toFixed(2)} MB`
}

export function kernelSection({ kernels }: PlanFacts): Markup {
  return markup`<div class="wide"><table class="kernels">
<thead><tr><th>#</th><th>kernel</th><th>loops</th><th>ops fused</th><th>reads</th><th>writes</th><th>your lines</th></tr></thead>
${kernels.map(kernelRows)}
</table></div>`
}

function kernelRows(kernel: KernelFacts, step: number): Markup {
  return markup`<tbody>
<tr><td>${step}</td><td><code>${kernel.name}</code></td><td>${kernel.loops}</td><td><b>${kernel.ops.length}</b> ${kernel.ops.join(', ')}</td><td>${buffersOf(kernel.reads, kernel.bytesRead)}</td><td>${buffersOf(kernel.writes, kernel.bytesWritten)}</td><td>${kernel.locations.map((line) => markup`<code>${line}</code> `)}</td></tr>
<tr class="why"><td></td><td colspan="6"><details><summary>why, and the loops</summary><ul>${kernel.reasons.map((reason) => markup`<li>${reason}</li>`)}</ul><pre>${kernel.text}</pre></details></td></tr>
</tbody>
`
}

const buffersOf = (names: readonly string[], size: number): Markup =>
  markup`<b>${bytes(size)}</b> <span title="${names.join(', ')}">${names.length} ${names.length === 1 ? 'buffer' : 'buffers'}</span>`

export function memorySection(run: TrainingRun): Markup {
  return markup`<p class="note">Intermediates share one arena: buffers whose lives do not meet lie in the same place. No arena can be smaller than what is live at once, but for replacement in place.</p>
<table class="facts"><thead><tr><th></th><td>training step</td><td>evaluation</td></tr></thead>
${memoryRows(run.training, run.evaluation).map(([name, ...cells]) => markup`<tr><th>${name}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`)}
</table>
${[run.training, run.evaluation].map(({ name, text }) => markup`<details><summary>plan ${name}: inputs, outputs, steps and the arena over time</summary><pre>${text}</pre></details>`)}`
}

function memoryRows(...plans: readonly [PlanFacts, PlanFacts]): readonly (readonly [string, ...Child[]])[] {
  const both = (of: (plan: PlanFacts) => number): readonly string[] => plans.map((plan) => exactly(of(plan)))
  return [
    ['Peak of intermediates (arena)', ...both(({ arenaBytes }) => arenaBytes)],
    ['Live at once, at most', ...both(({ livePeakBytes }) => livePeakBytes)],
    ['States (weights, moments, counters)', ...both(({ stateBytes }) => stateBytes)],
    ['Feeds', ...both(({ feedBytes }) => feedBytes)],
    ['Results', ...both(({ resultBytes }) => resultBytes)],
    ['Constants', ...both(({ constantBytes }) => constantBytes)],
  ]
}

const exactly = (count: number): string => `${count.toLocaleString('en')} bytes`
