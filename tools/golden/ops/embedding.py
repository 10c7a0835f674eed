"""Embeddings and bags of them."""

import torch
import torch.nn.functional as F

from golden import case, error, integers, numbers, vector

weight = numbers("weight", 6, 3)
ids = torch.tensor([[1, 4, 1], [5, 0, 4]])
case("embedding", [ids, weight], F.embedding)
case("embedding", [ids[0], weight], lambda ids, weight: F.embedding(ids, weight, padding_idx=1), paddingIndex=1)
case("embedding", [ids, weight], lambda ids, weight: F.embedding(ids, weight, padding_idx=-2), paddingIndex=-2)
case("embedding", [ids, weight], lambda ids, weight: F.embedding(ids, weight, scale_grad_by_freq=True), scaleGradByFrequency=True)
case("embedding", [ids, weight], lambda ids, weight: F.embedding(ids, weight, padding_idx=4, scale_grad_by_freq=True), paddingIndex=4,
     scaleGradByFrequency=True)
case("embedding", [torch.tensor(3), weight], F.embedding)
case("embedding", [ids[:0], weight], F.embedding)
case("embedding", [ids.to(torch.int32).t(), weight[:, :2]], F.embedding)
error("embedding", [ids, weight], lambda ids, weight: F.embedding(ids, weight, padding_idx=6), paddingIndex=6, code="ATTR_PADDING_INDEX")
error("embedding", [ids, weight[None]], F.embedding, code="SHAPE_EMBEDDING")
error("embedding", [ids.double(), weight], F.embedding, code="DTYPE_INDICES")

row = torch.tensor([1, 4, 1, 5, 0, 4, 2])
ties = torch.stack([vector(1, 2, 3), vector(1, 0, 3), vector(0, 2, 3), vector(1, 2, 0)])
for mode in ("sum", "mean", "max"):
    bag = lambda ids, weight, offsets=None, **options: F.embedding_bag(ids, weight, offsets, mode=mode, **options)
    case("embeddingBag", [ids, weight], bag, mode=mode)
    case("embeddingBag", [ids, weight], lambda ids, weight: bag(ids, weight, padding_idx=1), mode=mode, paddingIndex=1)
    case("embeddingBag", [torch.tensor([[2, 2], [2, 1]]), weight], lambda ids, weight: bag(ids, weight, padding_idx=2), mode=mode,
         paddingIndex=2)
    case("embeddingBag", [row, weight], lambda ids, weight, offsets: bag(ids, weight, offsets), mode=mode,
         offsets=torch.tensor([0, 2, 2, 5, 7]))
    case("embeddingBag", [row, weight], lambda ids, weight, offsets: bag(ids, weight, offsets, padding_idx=-5), mode=mode,
         offsets=torch.tensor([0, 3, 4]), paddingIndex=-5)
    case("embeddingBag", [row, weight], lambda ids, weight, offsets: bag(ids, weight, offsets, include_last_offset=True), mode=mode,
         offsets=torch.tensor([0, 2, 7]), includeLastOffset=True)
    case("embeddingBag", [torch.tensor([[0, 1, 2, 3]]), ties], bag, mode=mode)
    case("embeddingBag", [torch.tensor([0, 1, 2, 3, 3, 0]), ties], lambda ids, weight, offsets: bag(ids, weight, offsets), mode=mode,
         offsets=torch.tensor([0, 4]))
    case("embeddingBag", [ids[:, :0], weight], lambda ids, weight: weight[:2] * 0, mode=mode)
for operands, options in (([ids, weight], {}), ([row[:6], weight], {"offsets": torch.tensor([0, 2])})):
    case("embeddingBag", operands,
         lambda ids, weight, perSampleWeights, offsets=None: F.embedding_bag(ids, weight, offsets, mode="sum", per_sample_weights=perSampleWeights),
         mode="sum", perSampleWeights=numbers("factors", *operands[0].shape), **options)
    # PyTorch divides by the counts of other rows, unless all are used alike; its embedding does not.
    for mode in ("sum", "mean"):
        bag = lambda ids, weight, offsets=None: F.embedding_bag(ids, weight, offsets, mode=mode, scale_grad_by_freq=True)
        case("embeddingBag", operands, lambda ids, weight, offsets=None: F.embedding_bag(
            torch.arange(6).reshape(ids.shape), F.embedding(ids.flatten(), weight, scale_grad_by_freq=True), offsets, mode=mode),
            unlike=bag, mode=mode, scaleGradByFrequency=True, **options)
        case("embeddingBag", [torch.tensor([3, 0, 2, 3, 2, 0]).reshape(operands[0].shape), weight], bag, mode=mode,
             scaleGradByFrequency=True, **options)
alike = torch.tensor([[3, 0, 2], [3, 2, 0]])
for mode in ("sum", "mean"):
    case("embeddingBag", [alike, weight], lambda ids, weight: F.embedding_bag(ids, weight, mode=mode, padding_idx=2, scale_grad_by_freq=True),
         mode=mode, paddingIndex=2, scaleGradByFrequency=True)
case("embeddingBag", [alike, weight], lambda ids, weight, perSampleWeights: F.embedding_bag(
    ids, weight, mode="sum", per_sample_weights=perSampleWeights, scale_grad_by_freq=True), mode="sum",
    perSampleWeights=numbers("factors", 2, 3), scaleGradByFrequency=True)
error("embeddingBag", [ids, weight], lambda ids, weight: F.embedding_bag(ids, weight, mode="max", scale_grad_by_freq=True), mode="max",
      scaleGradByFrequency=True, code="ATTR_EMBEDDING_MODE")
error("embeddingBag", [ids, weight], lambda ids, weight, perSampleWeights: F.embedding_bag(ids, weight, per_sample_weights=perSampleWeights),
      perSampleWeights=numbers("factors", 2, 3), code="ATTR_EMBEDDING_MODE")
error("embeddingBag", [row, weight], lambda ids, weight: F.embedding_bag(ids, weight), code="SHAPE_EMBEDDING")
error("embeddingBag", [ids, weight], lambda ids, weight, offsets: F.embedding_bag(ids, weight, offsets), offsets=torch.tensor([0]),
      code="SHAPE_EMBEDDING")


def renormalized(weight, ids, bound, p=2.0):
    """PyTorch writes into the table, without a derivative."""
    with torch.no_grad():
        changed = torch.embedding_renorm_(weight.detach().clone(), ids.reshape(-1), bound, p)
    return weight + (changed - weight).detach()


for bound, p in ((3.0, None), (1.0, 1.0), (2.0, float("inf")), (100.0, None)):
    case("embeddingRenorm", [weight, ids], lambda weight, ids: renormalized(weight, ids, bound, 2.0 if p is None else p), maxNorm=bound, p=p)
case("embeddingRenorm", [weight, torch.tensor(5)], lambda weight, ids: renormalized(weight, ids, 0.5), maxNorm=0.5)
case("embeddingRenorm", [weight, ids[:0]], lambda weight, ids: weight * 1, maxNorm=0.5)
error("embeddingRenorm", [weight[0], ids], lambda weight, ids: torch.embedding_renorm_(weight, ids, 1.0, 2.0), maxNorm=1.0, code="SHAPE_EMBEDDING")
