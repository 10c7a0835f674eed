// jax-js on its WebAssembly backend, inside `jit` but where it is quicker without. Plain JavaScript: the peer is no dependency, so there are no types
// to check against. Its arrays are consumed by use: `.ref` is another reference.
import { readFileSync } from 'node:fs'
import { serve } from './protocol.ts'

const folder = new URL('../.peers/node_modules/@jax-js/jax/', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'))
const jax = await import(new URL('dist/index.js', folder).href)
const { jit, lax, nn, numpy: np, valueAndGrad } = jax
await jax.init('wasm')
jax.defaultDevice('wasm')

function open({ case: name, kind, parameters, rate }, tensors) {
  const t = {}
  for (const { name, dtype, shape, data } of tensors.values()) {
    t[name] = np.array(data, { shape: [...shape], dtype: dtype === 'f32' ? np.float32 : np.int32 })
  }
  return kind === 'training' ? openTraining(name, rate, parameters, t) : openForward(name, t)
}

// Its compiler fuses the windows of a convolution into the sum and computes them again for every output: ten times slower.
const quickerEager = ['conv', 'digits']
const compiled = (name, f) => (quickerEager.includes(name) ? f : jit(f))

const refs = (tree) => Object.fromEntries(Object.entries(tree).map(([key, array]) => [key, array.ref]))
const disposeAll = (tree) => {
  for (const array of Object.values(tree)) array.dispose()
}

function openForward(name, t) {
  const f = compiled(name, forward[name.replace(/-\d+$/, '')])
  return {
    run: async () => {
      const y = f(refs(t))
      await y.blockUntilReady()
      y.dispose()
    },
    output: async () => Float32Array.from(await f(refs(t)).data()),
    close: () => disposeAll(t),
  }
}

const forward = {
  matmul: ({ a, b }) => np.matmul(a, b),
  gelu: ({ x }) => {
    const cube = x.ref.mul(x.ref).mul(x.ref)
    const inner = x.ref.add(cube.mul(0.044715)).mul(Math.sqrt(2 / Math.PI))
    return x.mul(0.5).mul(np.tanh(inner).add(1))
  },
  'multiply-add': ({ a, b, c }) => a.mul(b).add(c),
  softmax: ({ x }) => nn.softmax(x, -1),
  'layer-norm': ({ x, weight, bias }) => {
    const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }))
    const variance = np.mean(centred.ref.mul(centred.ref), -1, { keepdims: true })
    return centred
      .div(np.sqrt(variance.add(1e-5)))
      .mul(weight)
      .add(bias)
  },
  conv: ({ x, weight }) => lax.convGeneralDilated(x, weight, [1, 1], 'SAME'),
}

const dense = (x, w, b) => np.matmul(x, np.transpose(w)).add(b)
const crossEntropy = (logits, labels) => np.mean(np.sum(nn.logSoftmax(logits, -1).mul(labels), -1)).mul(-1)
const pooled = (x) => lax.reduceWindow(x, np.max, [2, 2], [2, 2])
const channels = (bias) => np.reshape(bias, [1, -1, 1, 1])

const losses = {
  'mlp-adam': ({ w1, b1, w2, b2, w3, b3 }, { x, y }) => {
    const first = nn.relu(dense(x, w1, b1))
    const second = nn.relu(dense(first, w2, b2))
    return crossEntropy(dense(second, w3, b3), y)
  },
  digits: ({ conv1, bias1, conv2, bias2, linear, bias }, { x, y }) => {
    const count = x.shape[0]
    const first = lax.convGeneralDilated(x, conv1, [1, 1], 'VALID').add(channels(bias1))
    const second = lax.convGeneralDilated(pooled(nn.relu(first)), conv2, [1, 1], 'VALID').add(channels(bias2))
    const features = np.reshape(pooled(nn.relu(second)), [count, -1])
    return crossEntropy(dense(features, linear, bias), y)
  },
  'linear-regression': ({ w, b }, { x, y }) => np.mean(np.square(dense(x, w, b).sub(y))),
}

function openTraining(name, rate, parameters, t) {
  const batch = { x: t.x, y: name === 'linear-regression' ? t.y : nn.oneHot(t.y, 10) }
  const isSgd = name === 'linear-regression'
  const step = compiled(name, isSgd ? sgdStep(losses[name], rate) : adamStep(losses[name], rate))
  let states
  const drop = () => {
    if (states !== undefined) for (const tree of states) disposeAll(tree)
    states = undefined
  }
  const restart = () => {
    drop()
    const own = Object.fromEntries(parameters.map((each) => [each, t[each].ref]))
    const zeros = () => Object.fromEntries(parameters.map((each) => [each, np.zeros(t[each].shape)]))
    states = isSgd ? [own] : [own, zeros(), zeros(), { powers: np.array([1, 1]) }]
  }
  return {
    restart,
    run: async () => {
      const [loss, ...next] = step(refs(batch), ...states)
      states = next
      const [value] = await loss.data()
      // Arrays are lazy: a step is done when what it updates is there, not only its loss.
      await jax.blockUntilReady(states)
      return value
    },
    close: () => {
      drop()
      disposeAll(batch)
      for (const each of parameters) t[each].dispose()
    },
  }
}

const sgdStep = (loss, rate) => (batch, parameters) => {
  const [value, gradients] = valueAndGrad(loss)(refs(parameters), batch)
  const next = {}
  for (const [key, p] of Object.entries(parameters)) next[key] = p.sub(gradients[key].mul(rate))
  return [value, next]
}

/** `powers` are the betas to the number of steps. */
const adamStep = (loss, rate) => (batch, parameters, moments1, moments2, counts) => {
  const [value, gradients] = valueAndGrad(loss)(refs(parameters), batch)
  const powers = counts.powers.mul(np.array([0.9, 0.999]))
  const corrections = np.subtract(1, powers.ref)
  const [first, second] = [corrections.ref.slice(0), corrections.slice(1)]
  const [next, next1, next2] = [{}, {}, {}]
  for (const [key, p] of Object.entries(parameters)) {
    const g = gradients[key]
    const m = moments1[key].mul(0.9).add(g.ref.mul(0.1))
    const v = moments2[key].mul(0.999).add(g.ref.mul(g).mul(0.001))
    const denominator = np.sqrt(v.ref.div(second.ref)).add(1e-8)
    next[key] = p.sub(m.ref.div(first.ref).div(denominator).mul(rate))
    next1[key] = m
    next2[key] = v
  }
  first.dispose()
  second.dispose()
  return [value, next, next1, next2, { powers }]
}

await serve({ name: 'jax-js', version: `${version} wasm`, open })
