"""Loss functions: options, reductions, kinks, examples that do not count, nothing at all."""

import torch
import torch.nn.functional as F

from golden import case, error, inf, integers, nan, numbers, vector

REDUCTIONS = ("mean", "sum", "none")
x, target = numbers("rows", 3, 5), numbers("target", 3, 5)
column, empty = numbers("column", 3, 1), numbers("empty", 0, 3)
classes = torch.tensor([4, 0, 2])


def each_reduction(function, operands, torch_function, **options):
    """The case in all reductions; the last also of second order."""
    for reduction in REDUCTIONS:
        case(function, operands, lambda *given, **tensors: torch_function(*given, reduction=reduction, **tensors),
             reduction=reduction, **options)


# Regression.
case("mse", [x, target], F.mse_loss, second=True)
case("mse", [x, column], lambda x, y: F.mse_loss(x, y.expand(3, 5)))
case("mse", [empty, empty + 1], F.mse_loss)
each_reduction("mse", [x, target], F.mse_loss)
ties = vector(0.5, -0.5, 0.25, 0.0, 2.0, -3.0, 1.0, -1.0)
zero = torch.zeros(8, dtype=torch.float64)
each_reduction("l1", [x, target], F.l1_loss)
case("l1", [ties, vector(0.5, 0, 0.25, 0, 1, 1, 1, 1)], F.l1_loss)
each_reduction("smoothL1", [x, target], F.smooth_l1_loss)
case("smoothL1", [ties, zero], lambda x, y: F.smooth_l1_loss(x, y, beta=0.5, reduction="none"), beta=0.5, reduction="none")
case("smoothL1", [x, target], lambda x, y: F.smooth_l1_loss(x, y, beta=0.0), beta=0)
case("smoothL1", [x, target], lambda x, y: F.smooth_l1_loss(x, y, beta=3.0), beta=3, second=True)
each_reduction("huber", [x, target], F.huber_loss)
case("huber", [ties, zero], lambda x, y: F.huber_loss(x, y, delta=0.5, reduction="none"), delta=0.5, reduction="none")
case("huber", [x, target], lambda x, y: F.huber_loss(x, y, delta=2.0), delta=2, second=True)
counts = integers("counts", 3, 5, high=6).double()
each_reduction("poissonNll", [x, counts], F.poisson_nll_loss)
case("poissonNll", [x, counts + 0.5], lambda x, y: F.poisson_nll_loss(x, y, full=True), full=True)
rates = numbers("rates", 3, 5, low=0.25, high=4)
case("poissonNll", [rates, counts], lambda x, y: F.poisson_nll_loss(x, y, log_input=False, eps=0.25), logInput=False, epsilon=0.25,
     second=True)
variances = numbers("variances", 3, 5, low=0.25, high=4)
each_reduction("gaussianNll", [x, target, variances], F.gaussian_nll_loss)
case("gaussianNll", [x, target, variances], lambda x, y, v: F.gaussian_nll_loss(x, y, v, full=True), full=True, second=True)
case("gaussianNll", [x, target, variances[:, :1]], F.gaussian_nll_loss)
case("gaussianNll", [x[0], target[0], vector(0, 0.125, 0.5, 0.75, 2)],
     lambda x, y, v: F.gaussian_nll_loss(x, y, v, eps=0.5, reduction="none"), epsilon=0.5, reduction="none")

# Classes by number. PyTorch does not differentiate with respect to weights: they are integers here, which have no derivative.
weight = torch.tensor([3, 1, 4, 0, 2])
images, labels = numbers("images", 2, 3, 2, 2), torch.tensor([[[0, 2], [1, 1]], [[2, 0], [-100, 1]]])
for name, function in {"crossEntropy": F.cross_entropy, "nll": F.nll_loss}.items():
    each_reduction(name, [x, classes], function)
    each_reduction(name, [x, torch.tensor([4, -100, 4])],
                   lambda x, y, weight, reduction: function(x, y, weight.double(), reduction=reduction), weight=weight, ignoreIndex=-100)
    case(name, [x, classes], lambda x, y, weight: function(x, y, weight.double()), weight=weight)
    case(name, [x, classes], lambda x, y: function(x, y, ignore_index=0), ignoreIndex=0)
    case(name, [x, torch.tensor([1, 1, 1])], lambda x, y: function(x, y, ignore_index=1), ignoreIndex=1)
    case(name, [x, torch.tensor([1, 1, 1])], lambda x, y: function(x, y, ignore_index=1, reduction="sum"), ignoreIndex=1,
         reduction="sum")
    case(name, [images, labels], function, ignoreIndex=-100)
    case(name, [images.permute(0, 2, 3, 1), labels[:, :1].expand(2, 2, 2)],
         lambda x, y: function(x.permute(0, 3, 1, 2), y), axis=-1, ignoreIndex=-100)
    case(name, [x[0], classes[0]], function)
    case(name, [empty, classes[:0]], function)
    case(name, [empty, classes[:0]], lambda x, y: function(x, y, reduction="sum"), reduction="sum")
    case(name, [torch.zeros(2, 3, 0).double(), classes[:0].expand(2, 0)], lambda x, y: function(x, y, reduction="none"), reduction="none")
    error(name, [x, torch.tensor([1, 2])], function, code="SHAPE_CROSS_ENTROPY")
    error(name, [x, classes], lambda x, y, weight: function(x, y, weight), weight=torch.tensor([1, 2]), code="SHAPE_CLASS_WEIGHT")
case("crossEntropy", [x, classes], F.cross_entropy, second=True, name="crossEntropy: second order")
case("crossEntropy", [x * 1024, classes], lambda x, y: F.cross_entropy(x, y, reduction="sum"), reduction="sum", name="crossEntropy: large")
case("crossEntropy", [torch.where(x > 0, x, torch.full_like(x, -inf)), x.argmax(1)], F.cross_entropy, name="crossEntropy: masked")
each_reduction("crossEntropy", [x, torch.tensor([4, 0, -1])],
               lambda x, y, weight, reduction: F.cross_entropy(x, y, weight.double(), ignore_index=-1, label_smoothing=0.25, reduction=reduction),
               weight=weight, ignoreIndex=-1, labelSmoothing=0.25)
case("crossEntropy", [x, classes], lambda x, y: F.cross_entropy(x, y, label_smoothing=0.125), labelSmoothing=0.125, second=True)
case("crossEntropy", [images, labels], lambda x, y: F.cross_entropy(x, y, label_smoothing=0.5), labelSmoothing=0.5, ignoreIndex=-100)
case("crossEntropy", [x, classes], lambda x, y: F.cross_entropy(x, y, label_smoothing=1.0), labelSmoothing=1)
error("crossEntropy", [x, classes], lambda x, y: F.cross_entropy(x, y, label_smoothing=1.5), labelSmoothing=1.5, code="ATTR_LOSS_RANGE")

case("crossEntropy", [x.float(), torch.tensor([1, 0, -100])], F.cross_entropy, ignoreIndex=-100, exact=True, gradient=False)
case("nll", [x.float(), torch.tensor([1, 0, 3], dtype=torch.uint8)], lambda x, y: F.nll_loss(x, y.long()), exact=True)

# Probabilities of classes.
given = numbers("probabilities", 3, 5, low=0, high=1)
each_reduction("crossEntropy", [x, given], F.cross_entropy)
each_reduction("crossEntropy", [x, given],
               lambda x, y, weight, reduction: F.cross_entropy(x, y, weight.double(), label_smoothing=0.25, reduction=reduction), weight=weight,
               labelSmoothing=0.25)
case("crossEntropy", [images, numbers("of images", 2, 3, 2, 2, low=0, high=1)], F.cross_entropy, second=True)
case("crossEntropy", [x[0], given[0]], F.cross_entropy)
case("crossEntropy", [empty, empty], F.cross_entropy)

# Two classes each on its own, and distributions.
sure, truth = vector(0.0, 1.0, 0.0, 1.0, 0.5, 0.25), torch.tensor([1, 0, 0, 1, 1, 0])
each_reduction("bce", [given, truth[:5].expand(3, 5)], lambda x, y, reduction: F.binary_cross_entropy(x, y.double(), reduction=reduction))
case("bce", [sure, truth], lambda x, y: F.binary_cross_entropy(x, y.double(), reduction="none"), reduction="none", second=True, name="bce: edges")
case("bce", [sure, vector(0.0, 1.0, 1.0, 0.0, 0.5, 0.75)], lambda x, y: F.binary_cross_entropy(x, y, reduction="none"), reduction="none",
     name="bce: edges of both")
each_reduction("bce", [given, numbers("truth", 3, 5, low=0, high=1)], F.binary_cross_entropy, second=True)
case("bce", [given, given.flip(0)], lambda x, y, weight: F.binary_cross_entropy(x, y, weight.double().expand(3, 5)), weight=weight)
logits = torch.cat([x[0], vector(0.0, -0.0, 100.0, -100.0)])
soft = numbers("soft", 9, low=0, high=1)
each_reduction("bceWithLogits", [logits, soft], F.binary_cross_entropy_with_logits)
case("bceWithLogits", [x, given], F.binary_cross_entropy_with_logits, second=True)
case("bceWithLogits", [x, given],
     lambda x, y, weight, posWeight: F.binary_cross_entropy_with_logits(x, y, weight.double(), pos_weight=posWeight.double()),
     weight=torch.tensor([[2], [0], [5]]), posWeight=weight)
logs = F.log_softmax(x, 1).float().double()
for log_target in (False, True):
    for reduction in (*REDUCTIONS, "batchmean"):
        case("klDiv", [logs, given.log().float().double() if log_target else given],
             lambda x, y: F.kl_div(x, y, reduction=reduction, log_target=log_target), reduction=reduction, logTarget=log_target)
case("klDiv", [logs, given], F.kl_div, second=True)
case("klDiv", [logs[0], vector(0.0, 0.5, 0.0, 0.25, 0.25)], lambda x, y: F.kl_div(x, y, reduction="none"), reduction="none")

# Margins.
signs = torch.where(target > 0, 1, -1)
each_reduction("hingeEmbedding", [x, signs], lambda x, y, reduction: F.hinge_embedding_loss(x, y, reduction=reduction))
case("hingeEmbedding", [vector(1.0, 1, -1, 2, 0.5, 0.5), torch.tensor([1, -1, -1, -1, 0, 3])],
     lambda x, y: F.hinge_embedding_loss(x, y, margin=0.5, reduction="none"), margin=0.5, reduction="none")
each_reduction("cosineEmbedding", [x, target, torch.tensor([1, -1, -1])], F.cosine_embedding_loss)
case("cosineEmbedding", [x, target, torch.tensor([-1, -1, 1])], lambda x, y, t: F.cosine_embedding_loss(x, y, t, margin=-0.5), margin=-0.5,
     second=True)
case("cosineEmbedding", [x[0], target[0], torch.tensor(1)], F.cosine_embedding_loss)
case("cosineEmbedding", [torch.zeros(2, 3).double(), numbers("beside zero", 2, 3), torch.tensor([1, 0])], F.cosine_embedding_loss)
each_reduction("marginRanking", [x, target, signs], lambda x, y, t, reduction: F.margin_ranking_loss(x, y, t, reduction=reduction))
case("marginRanking", [vector(1.0, 2, 3), vector(0.0, 2, 5), torch.tensor([1, 1, -1])],
     lambda x, y, t: F.margin_ranking_loss(x, y, t, margin=1.0, reduction="none"), margin=1, reduction="none")
each_reduction("multiMargin", [x, classes], F.multi_margin_loss)
case("multiMargin", [x, classes], lambda x, y: F.multi_margin_loss(x, y, p=2, margin=0.5), p=2, margin=0.5)
case("multiMargin", [x, classes], lambda x, y, weight: F.multi_margin_loss(x, y, weight=weight.double()), weight=weight)
case("multiMargin", [vector(1.0, 0, 2), torch.tensor(0)], F.multi_margin_loss)
error("multiMargin", [x, classes[:2]], F.multi_margin_loss, code="SHAPE_MULTI_MARGIN")
error("multiMargin", [x, classes], lambda x, y: F.multi_margin_loss(x, y, p=3), p=3, code="ATTR_LOSS_RANGE")
named = torch.tensor([[0, 2, -1, 1, 1], [3, 3, -1, 0, 0], [-1, 0, 0, 0, 0], [4, 3, 2, 1, 0]])
each_reduction("multilabelMargin", [numbers("labelled", 4, 5), named], F.multilabel_margin_loss)
case("multilabelMargin", [vector(1.0, 0, 2), torch.tensor([0, 2, -1])], F.multilabel_margin_loss)
error("multilabelMargin", [x, named], F.multilabel_margin_loss, code="SHAPE_MULTI_MARGIN")
each_reduction("multilabelSoftMargin", [x, given], F.multilabel_soft_margin_loss)
case("multilabelSoftMargin", [x, given], lambda x, y, weight: F.multilabel_soft_margin_loss(x, y, weight.double()), weight=weight)
case("multilabelSoftMargin", [x[0], given[0]], F.multilabel_soft_margin_loss)
each_reduction("softMargin", [x, torch.tensor([[1, -1, 1, -1, 1]]).expand(3, 5)], F.soft_margin_loss)
case("softMargin", [x, torch.tensor([[1, -1, 1, -1, 1]]).expand(3, 5)], F.soft_margin_loss, second=True)
triplet = [x, target, numbers("negative", 3, 5)]
each_reduction("tripletMargin", triplet, F.triplet_margin_loss)
case("tripletMargin", triplet, lambda a, p, n: F.triplet_margin_loss(a, p, n, margin=4, swap=True), margin=4, swap=True, second=True)
for p in (1, 1.5, 3):
    case("tripletMargin", triplet, lambda a, q, n: F.triplet_margin_loss(a, q, n, margin=6, p=p, eps=0.125), margin=6, p=p, epsilon=0.125)
case("tripletMargin", [numbers("stack", 2, 2, 3), numbers("stack too", 2, 2, 3), numbers("one", 1, 1, 3)],
     lambda a, p, n: F.triplet_margin_loss(a, p, n, reduction="none"), reduction="none")

# Distances.
apart = torch.stack([vector(0.0, 0, 0), vector(1.0, -1, 0.5), vector(3.0, 0, 0), vector(-2.0, 1, 2)])
case("cosineSimilarity", [x, target], F.cosine_similarity, second=True)
case("cosineSimilarity", [x, target[0]], lambda x, y: F.cosine_similarity(x, y, dim=-1, eps=4.0), axis=-1, epsilon=4)
case("cosineSimilarity", [numbers("wide", 2, 3, 4), numbers("wide too", 2, 1, 4)], lambda x, y: F.cosine_similarity(x, y, dim=0), axis=0)
case("cosineSimilarity", [apart, torch.cat([apart[1:], apart[:1]])], F.cosine_similarity)
case("pairwiseDistance", [x, target], F.pairwise_distance, second=True)
for p in (0, 0.5, 1, 1.5, 2, 3, inf):
    case("pairwiseDistance", [x, target[0]], lambda x, y: F.pairwise_distance(x, y, p, keepdim=True), p=p, keepDims=True)
    case("pairwiseDistance", [apart, torch.zeros(3).double()], lambda x, y: F.pairwise_distance(x, y, p, eps=0.0), p=p, epsilon=0)
    case("cdist", [x, numbers("points", 4, 5)], lambda x, y: torch.cdist(x, y, p), p=p)
    case("cdist", [apart, apart[:2].clone()], lambda x, y: torch.cdist(x, y, p), p=p)
    case("cdist", [numbers("flat", 2, 0), numbers("flat too", 3, 0)], lambda x, y: torch.cdist(x, y, p), p=p)
case("cdist", [numbers("many", 2, 1, 3, 4), numbers("many too", 2, 5, 4)], torch.cdist)
case("cdist", [numbers("none", 0, 3), numbers("some", 2, 3)], torch.cdist)
error("cdist", [x, numbers("short", 2, 3)], torch.cdist, code="SHAPE_CDIST")
error("cdist", [x, target], lambda x, y: torch.cdist(x, y, -1.0), p=-1, code="ATTR_LOSS_RANGE")
error("huber", [x, target], lambda x, y: F.huber_loss(x, y, delta=0.0), delta=0, code="ATTR_LOSS_RANGE")
error("smoothL1", [x, target], lambda x, y: F.smooth_l1_loss(x, y, beta=-1.0), beta=-1, code="ATTR_LOSS_RANGE")
error("mse", [x, target], lambda x, y: F.mse_loss(x, y, reduction="average"), reduction="average", code="ATTR_REDUCTION")

# Sequences of labels: all lengths, repeats, nothing to say, more than there is time for.
said = F.log_softmax(numbers("said", 6, 3, 4), 2).float().double()
labels = torch.tensor([[1, 1, 2], [3, 2, 1], [2, 2, 2]])
lengths = lambda *values: torch.tensor(values)
KEPT_LENGTHS = 2 * 4  # of each example both, which PyTorch keeps as lists


def ctc(inputs, targets, times, counts, gradient=True, **options):
    torch_options = {key: value for key, value in [("blank", options.get("blank")), ("reduction", options.get("reduction")),
                                                   ("zero_infinity", options.get("zeroInfinity"))] if value is not None}
    case("ctc", [inputs, targets], lambda p, y, inputLengths, targetLengths: F.ctc_loss(p, y, inputLengths, targetLengths, **torch_options),
         inputLengths=times, targetLengths=counts, gradient=gradient, kept_beside=KEPT_LENGTHS * len(times), **options)


for reduction in REDUCTIONS:
    ctc(said, labels, lengths(6, 5, 6), lengths(3, 2, 1), reduction=reduction)
ctc(said, labels, lengths(6, 4, 3), lengths(0, 3, 1), reduction="none")
ctc(said, labels, lengths(6, 6, 6), lengths(3, 3, 3), reduction="none")
ctc(said, labels - 1, lengths(6, 6, 5), lengths(3, 2, 2), blank=3)
ctc(said, labels, lengths(2, 6, 3), lengths(3, 3, 3), reduction="none")
ctc(said, labels, lengths(2, 6, 3), lengths(3, 3, 3), zeroInfinity=True)
# Of an example without times and labels PyTorch reads what it has not written; its loss is 0.
case("ctc", [said, labels], lambda p, y, inputLengths, targetLengths: torch.cat([p[0, :1, 0] * 0, F.ctc_loss(
    p[:, 1:], y[1:], inputLengths[1:], targetLengths[1:], reduction="none")]), inputLengths=lengths(0, 6, 6), targetLengths=lengths(0, 1, 3),
    reduction="none", kept_beside=KEPT_LENGTHS * 3 + 4 * 6 * 7, name="ctc: no times and no labels")  # with likelihoods of the first
ctc(said, labels[:, :0], lengths(6, 6, 3), lengths(0, 0, 0), reduction="sum", gradient=False)
ctc(said, torch.tensor([[1, -1, -1], [2, 9, 9], [3, 2, 3]]), lengths(6, 6, 6), lengths(1, 1, 3), reduction="none")
case("ctc", [said, labels], lambda p, y: F.ctc_loss(p, y, lengths(6, 6, 6), lengths(3, 3, 3)), kept_beside=KEPT_LENGTHS * 3)
case("ctc", [said[:, 1], labels[1]], lambda p, y: F.ctc_loss(p[:, None], y[None], lengths(6), lengths(3), reduction="none")[0], reduction="none")
error("ctc", [said, labels[:2]], lambda p, y: F.ctc_loss(p, y, lengths(6, 6, 6), lengths(1, 1, 1)), code="SHAPE_CTC")
error("ctc", [said, labels], lambda p, y: F.ctc_loss(p, y, lengths(6, 6, 6), lengths(1, 1, 1), blank=4), blank=4, code="ATTR_CTC_BLANK")
