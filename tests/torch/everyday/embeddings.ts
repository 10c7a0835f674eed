// Word embeddings of the official tutorial: a model of n-grams, and a continuous bag of words.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

const { functional: F } = nn
type Tensor = torch.Tensor

const contextSize = 2
const embeddingDim = 10
const testSentence = `When forty winters shall besiege thy brow,
And dig deep trenches in thy beauty's field,
Thy youth's proud livery so gazed on now,
Will be a totter'd weed of small worth held`.split(/\s+/)

class NGramLanguageModeler extends nn.Module {
  embeddings: nn.Embedding
  linear1: nn.Linear
  linear2: nn.Linear

  constructor(vocabSize: number, embeddingDim: number, contextSize: number) {
    super()
    this.embeddings = new nn.Embedding(vocabSize, embeddingDim)
    this.linear1 = new nn.Linear(contextSize * embeddingDim, 128)
    this.linear2 = new nn.Linear(128, vocabSize)
  }
  override forward(inputs: Tensor): Tensor {
    const embeds = this.embeddings(inputs).view([1, -1])
    const out = F.relu(this.linear1(embeds))
    return F.logSoftmax(this.linear2(out), { dim: 1 })
  }
}

class CBOW extends nn.Module {
  embeddings: nn.EmbeddingBag
  linear: nn.Linear

  constructor(vocabSize: number, embeddingDim: number) {
    super()
    this.embeddings = new nn.EmbeddingBag(vocabSize, embeddingDim, { mode: 'sum' })
    this.linear = new nn.Linear(embeddingDim, vocabSize)
  }
  override forward(contexts: Tensor): Tensor {
    return this.linear(this.embeddings(contexts))
  }
}

export const embeddings: Program = ({ show, fails }) => {
  torch.manualSeed(1)
  const embeds = new nn.Embedding(2, 5)
  const lookupTensor = torch.tensor([0], { dtype: torch.int64 })
  show(embeds(lookupTensor))

  const ngrams = testSentence.slice(contextSize).map((target, k) => {
    const context = testSentence.slice(k, k + contextSize).reverse()
    return { context, target }
  })
  const shown = ngrams.slice(0, 3).map(({ context, target }) => `${context.join(' ')} -> ${target}`)
  show(shown.join('; '))
  const vocab = [...new Set(testSentence)].sort()
  const wordToIx = (word: string): number => vocab.indexOf(word)

  const lossFunction = new nn.NLLLoss()
  const model = new NGramLanguageModeler(vocab.length, embeddingDim, contextSize)
  const sgd = new optim.SGD(model.parameters(), { lr: 0.001 })
  const losses: number[] = []
  for (let epoch = 0; epoch < 4; epoch++) {
    let totalLoss = 0
    for (const { context, target } of ngrams) {
      const contextIdxs = torch.tensor(context.map(wordToIx), { dtype: torch.int64 })
      model.zeroGrad()
      const logProbs = model(contextIdxs)
      const loss = lossFunction(logProbs, torch.tensor([wordToIx(target)], { dtype: torch.int64 }))
      loss.backward()
      sgd.step()
      totalLoss += loss.item()
    }
    losses.push(totalLoss)
  }
  show(losses.map((loss) => loss.toFixed(3)).join(' '))
  show(model.embeddings.weight.at(wordToIx('thy')))

  const windows = testSentence.slice(4).map((_, k) => testSentence.slice(k, k + 5).map(wordToIx))
  const all = torch.tensor(windows, { dtype: torch.int64 })
  const contexts = all.at('...', [0, 1, 3, 4])
  const targets = all.at('...', 2)
  const bag = new CBOW(vocab.length, embeddingDim)
  show(bag)
  const adagrad = new optim.Adagrad(bag.parameters(), { lr: 0.1 })
  for (let epoch = 0; epoch < 15; epoch++) {
    const loss = F.crossEntropy(bag(contexts), targets)
    adagrad.zeroGrad()
    loss.backward()
    adagrad.step()
    if (epoch % 5 === 4) show(epoch, loss.item().toFixed(4))
  }
  const guess = bag(contexts.at(torch.slice(0, 3))).argmax(1)
  show(...[...guess].map((k) => vocab[k.item()]))
  fails(() => embeds(torch.tensor([2n])))
}
