// What the pack test runs from the packed packages, in Node and, bundled, in a browser: both must print the same, to the bit.
import { adam, compile, trainingStep } from '@heddle/compiler'
import { crossEntropy, kaimingUniform, linear, program, relu } from '@heddle/core'
import { cpu } from '@heddle/runtime-cpu'
import { emitKernel, webglCapabilities } from '@heddle/runtime-webgl'
import * as testkit from '@heddle/testkit'
import * as torch from '@heddle/torch'

const model = program('classifier', ({ input, parameter }) => {
  const x = input('x', 'f32', [8, 4])
  const hidden = relu(
    linear(x, parameter('w1', [6, 4], kaimingUniform({ fanIn: 4 })), parameter('b1', [6], 0)),
  )
  const logits = linear(
    hidden,
    parameter('w2', [3, 6], kaimingUniform({ fanIn: 6 })),
    parameter('b2', [3], 0),
  )
  return { loss: crossEntropy(logits, input('y', 'i32', [8])) }
})
const step = trainingStep(model, { loss: 'loss', optimizer: adam({ rate: 0.05 }) })
const training = await compile(step, { backend: cpu(), seed: 1 })
const x = Float32Array.from({ length: 32 }, (_, k) => ((k * 7) % 11) / 11 - 0.5)
const y = Int32Array.from({ length: 8 }, (_, k) => k % 3)
for (let k = 0; k < 5; k++) {
  const { loss } = await training.run({ x, y })
  console.log(`loss ${loss.item()}`)
}
console.log(`kernels ${training.plan.kernels.length}`)
console.log(`webgl reads at most ${webglCapabilities.maxReads}, emits ${typeof emitKernel}`)
console.log(`testkit ${typeof testkit.conformance}, torch ${typeof torch.tensor}`)
torch.manualSeed(0)
const net = new torch.nn.Sequential(new torch.nn.Linear(4, 8), new torch.nn.Tanh(), new torch.nn.Linear(8, 1))
const optimizer = new torch.optim.Adam(net.parameters(), { lr: 0.01 })
const inputs = torch.randn(16, 4)
const learn = () => {
  optimizer.zeroGrad()
  const loss = net(inputs).sub(inputs.sum(1, true)).square().mean()
  loss.backward()
  optimizer.step()
  return loss
}
const compiled = torch.compile(learn, { fullgraph: true })
for (let k = 0; k < 3; k++) console.log(`eager loss ${learn().item()}`)
for (let k = 0; k < 4; k++) console.log(`compiled loss ${compiled().item()}`)
console.log('done')
