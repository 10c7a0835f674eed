// A language model: a transformer encoder with a causal mask, positions as a buffer, and one weight for words in and out.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

type Tensor = torch.Tensor

class PositionalEncoding extends nn.Module {
  dropout: nn.Dropout
  declare pe: Tensor

  constructor(dModel: number, dropout = 0.1, maxLen = 50) {
    super()
    this.dropout = new nn.Dropout({ p: dropout })
    const position = torch.arange(maxLen).unsqueeze(1)
    const divTerm = torch.exp(torch.arange(0, dModel, 2).mul(-Math.log(10000) / dModel))
    const pe = torch.zeros(maxLen, 1, dModel)
    const every = torch.slice()
    pe.setAt([every, 0, torch.slice(0, null, 2)], torch.sin(position.mul(divTerm)))
    pe.setAt([every, 0, torch.slice(1, null, 2)], torch.cos(position.mul(divTerm)))
    this.registerBuffer('pe', pe)
  }
  override forward(x: Tensor): Tensor {
    return this.dropout(x.add(this.pe.at(torch.slice(0, x.size(0)))))
  }
}

class TransformerModel extends nn.Module<[src: Tensor, srcMask: Tensor]> {
  readonly dModel: number
  positions: PositionalEncoding
  transformer: nn.TransformerEncoder
  encoder: nn.Embedding
  decoder: nn.Linear

  constructor(ntoken: number, dModel: number, nhead: number, dHid: number, nlayers: number, dropout = 0.1) {
    super()
    this.dModel = dModel
    this.positions = new PositionalEncoding(dModel, dropout)
    const layer = new nn.TransformerEncoderLayer(dModel, nhead, dHid, dropout)
    this.transformer = new nn.TransformerEncoder(layer, nlayers)
    this.encoder = new nn.Embedding(ntoken, dModel)
    this.decoder = new nn.Linear(dModel, ntoken)
    this.decoder.weight = this.encoder.weight
    this.initWeights()
  }
  initWeights(): void {
    const initrange = 0.1
    this.encoder.weight.data.uniform_(-initrange, initrange)
    this.decoder.bias?.data.zero_()
  }
  override forward(src: Tensor, srcMask: Tensor): Tensor {
    const embedded = this.positions(this.encoder(src).mul(Math.sqrt(this.dModel)))
    return this.decoder(this.transformer(embedded, srcMask))
  }
}

const generateSquareSubsequentMask = (sz: number): Tensor =>
  torch.triu(torch.ones(sz, sz).mul(Number.NEGATIVE_INFINITY), { diagonal: 1 })

export const transformer: Program = ({ show }) => {
  torch.manualSeed(6)
  const model = new TransformerModel(11, 16, 2, 32, 2)
  show(model.positions)
  show(model.transformer.layers.at(0).linear1, model.decoder)
  show(model.parameters().reduce((sum, p) => sum + p.numel(), 0))
  show(...[...model.stateDict().keys()].filter((name) => !name.includes('layers')))
  const data = torch.arange(60).remainder(11).view(4, 15).t().contiguous()
  const mask = generateSquareSubsequentMask(7)
  show(mask.at(torch.slice(0, 3), torch.slice(0, 3)))
  const criterion = new nn.CrossEntropyLoss()
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 })
  const scheduler = new optim.lrScheduler.StepLR(optimizer, 1, { gamma: 0.95 })
  for (let epoch = 0; epoch < 4; epoch++) {
    let total = 0
    for (let i = 0; i < data.size(0) - 1; i += 7) {
      const source = data.at(torch.slice(i, i + 7))
      const target = data.at(torch.slice(i + 1, i + 8)).reshape(-1)
      const output = model(source, mask)
      const loss = criterion(output.view(-1, 11), target)
      optimizer.zeroGrad()
      loss.backward()
      nn.utils.clipGradNorm_(model.parameters(), 0.5)
      optimizer.step()
      total += loss.item()
    }
    scheduler.step()
    const mean = total / 2
    const rate = scheduler.getLastLr()[0]?.toFixed(3)
    show(`${epoch} ${mean.toFixed(4)} ${Math.exp(mean).toFixed(2)} ${rate}`)
  }
  model.eval()
  torch.noGrad(() => {
    show(model(data.at(torch.slice(0, 7)), mask).shape, model.decoder.weight === model.encoder.weight)
  })
}
