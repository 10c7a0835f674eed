"""The signatures of PyTorch's functions and methods, as its argument parser knows them: packages/torch/src/arguments/table.ts.

    python3 tools/golden/torch/signatures.py

A call that nothing accepts makes the parser list its overloads, without defaults. Those come from the texts the parser is built
from, which are in the library of the Python bindings. Functions written in Python are asked by `inspect`.

The form of a line is told in packages/torch/src/arguments/signatures.ts.
"""

import inspect
import os
import re
import textwrap
import warnings

import torch

warnings.simplefilter("ignore")
here = os.path.dirname(os.path.abspath(__file__))
library = os.path.realpath(os.path.join(os.path.dirname(torch.__file__), "lib", "libtorch_python.so"))

LETTERS = {
    "Tensor": "T", "Scalar": "S", "int64_t": "i", "SymInt": "i", "IntArrayRef": "I", "SymIntArrayRef": "I", "bool": "b", "double": "f",
    "c10::string_view": "s", "std::string": "s", "TensorList": "L", "ScalarType": "d", "Dimname": "n", "DimnameList": "N", "Generator": "g",
    "Device": "D", "Layout": "l", "MemoryFormat": "m", "PyObject*": "o", "ArrayRef<double>": "F", "ScalarList": "Q",
    "c10::List<c10::optional<Tensor>>": "L", "Storage": "o", "Stream": "o",
}
PRINTED = {
    "T": "Tensor", "S": "Number", "i": "int", "I": "tuple of ints", "b": "bool", "f": "float", "s": "str", "L": "tuple of Tensors",
    "d": "torch.dtype", "n": "name", "N": "tuple of names", "g": "torch.Generator", "D": "torch.device", "l": "torch.layout",
    "m": "torch.memory_format", "o": "object", "F": "tuple of floats", "Q": "tuple of Scalars",
}
# Options of everything that makes a tensor.
MADE = "d?dtype=,l?layout=,D?device=,b?pin_memory=,b?requires_grad="
# Where several texts end like the one that is looked for.
AMBIGUOUS = {("mul", True): ["Tother"], ("equal", True): ["Tother"], ("t", False): ["Tinput"], ("dropout", False): ["Tinput,fp,btrain"]}
# What 2.x takes and 1.13 does not.
NEWER = {"all": "I?dim=,bkeepdim=^", "any": "I?dim=,bkeepdim=^", "squeeze": "Idim", "std": "I1?dim=,*,S?correction=,bkeepdim=^",
         "var": "I1?dim=,*,S?correction=,bkeepdim=^", "std_mean": "Tinput,I1?dim=,*,S?correction=,bkeepdim=",
         "var_mean": "Tinput,I1?dim=,*,S?correction=,bkeepdim=", "where": "Tcondition,Sother"}
# Other kinds of tensors and hosts, what is not public, and what takes anything.
SKIPPED = re.compile(r"[A-Z].*|.*(_copy|_backward_.*|batch_norm_.*|_with_indices|(crow|ccol|row|col)_indices|qparams.*|deterministic.*)"
                     r"|.*(warn_always|quant|cudnn|mkldnn|miopen|fbgemm|sparse|dense|anomaly|coalesce|q_|xpu|ipu|cuda|mps|vulkan|autocast|vmap).*"
                     r"|.*(complex|conj|stft|istft|symint|fw_grad|autograd|storage|pinned|names|rename|align_).*"
                     r"|is_distributed|sspaddmm|smm|hspmm|hsmm|spmm|dsmm|saddmm|conv_tbc|c(double|float|half)|from_file|segment_reduce|view_as_real"
                     r"|get_file_path|prepare_.*|tensor|as_tensor|asarray|classproperty|new|set_|obj|candidate|.*_window|compiled_.*|int_repr"
                     r"|unsafe_.*|resolve_neg|native_.*|affine_grid_generator|grid_sampler.*|.*_jvp|nuclear_norm|frobenius_norm|.*_cell|fork|wait"
                     r"|(un)?register_.*|merge_.*|import_.*|init_num_threads|parse_.*|set_num.*|get_num.*|typename|get_.*precision|norm_except_dim")
KEPT = {"narrow_copy", "index_copy", "index_copy_", "copysign", "prelu", "quantile", "nanquantile", "flipud", "tril_indices", "triu_indices"}


def signature_texts():
    texts = {}
    pattern = re.compile(rb"[\x20-\x7e]{3,}")
    with open(library, "rb") as file:
        for found in pattern.finditer(file.read()):
            text = found.group().decode()
            match = re.fullmatch(r"(.*?)([A-Za-z_]\w*)\((.*)\)(\|deprecated)?", text)
            if match and is_parameters(match.group(3)):
                texts.setdefault(match.group(2), []).append((match.group(3), bool(match.group(4))))
    return texts


def parts(text):
    """Parameters; commas in defaults are not between them."""
    found = re.sub(r"=\{[^}]*\}", lambda match: match.group().replace(", ", ";"), text)
    return [] if text == "" else found.split(", ")


def is_parameters(text):
    return all(part == "*" or type_of(part) is not None for part in parts(text))


def type_of(part):
    match = re.fullmatch(r"([\w:*<>]+?)(\[(\d+)\])?(\?)? (\w+)(=.*)?", part)
    return match if match and match.group(1) in LETTERS else None


def encode(text):
    encoded = []
    for part in parts(text):
        if part == "*":
            encoded.append("*")
            continue
        kind, _, size, nullable, name, default = type_of(part).groups()
        # As the parser has it: what is None by default may be None.
        nullable = nullable or (default == "=None" and "?")
        encoded.append(f"{LETTERS[kind]}{size or ''}{nullable or ''}{name}{'=' if default else ''}")
    return ",".join(encoded).replace(MADE, "@")


def printed(encoded):
    items = encoded.replace("@", MADE).split(",") if encoded else []
    return "(" + ", ".join(item if item == "*" else re.sub(r"^(\w)\d*\??(\w+?)=?$", lambda m: f"{PRINTED[m.group(1)]} {m.group(2)}", item) for item in items) + ")"


class N:
    """What nothing accepts."""


def overloads(run, name, texts, is_method):
    """The encoded signatures of a function of C++, in the parser's order; None where it cannot be told."""
    try:
        run(*[N()] * 14)
    except TypeError as error:
        message = str(error).replace("SymInt", "int")
    except Exception:
        return None
    else:
        return None
    if "takes no arguments" in message:
        return ["-"]
    # A text may be stored as the end of a longer one.
    longer = [each for key in texts if key.endswith(name) and key != name for each in texts[key]]
    known = [(encode(text), old) for text, old in texts.get(name, [])]
    listed = [line[3:] for line in message.split("\n") if line.startswith(" * ")]
    single = re.search(r"but expected (\(.*\)|no arguments)$", message)
    if not listed and single:
        listed = [single.group(1)]
    if not listed:
        for candidates in (known, [(encode(text), old) for text, old in longer]):
            own = [each for each, old in candidates if not old and takes(each, message)]
            of_form = [each for each in own if each.startswith("Tinput") != is_method]
            own = list(dict.fromkeys(of_form if is_method or of_form else own))
            if own:
                break
        own = AMBIGUOUS.get((name, is_method), own)
        if len(own) != 1:
            print(f"{name}: {message[:100]}: {own}")
        return own if len(own) == 1 else None
    found = []
    for line in listed:
        line = "()" if line == "no arguments" else line
        fallback = [(encode(text), old) for text, old in longer]
        match = [each for each, old in known + fallback if printed(each) == line and not old]
        if not match:
            print(f"{name}: no text for {line}")
            return None
        found.append(match[0])
    return found + (["!"] if len(found) == 1 else [])


def takes(encoded, message):
    """Whether a signature takes as many positional arguments as a message says."""
    found = re.search(r"takes (?:from (\d+) to )?(\d+) positional", message)
    if not found:
        return True
    positional = encoded.split(",*")[0].split(",") if encoded and not encoded.startswith("*") else []
    least = sum(not each.endswith("=") for each in positional)
    return (int(found.group(1) or found.group(2)), int(found.group(2))) == (least, len(positional))


def python_function(function):
    encoded = []
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    has_star = False
    for each in parameters:
        if each.kind is each.VAR_POSITIONAL:
            encoded.append("**")
            has_star = True
            continue
        if each.kind is each.VAR_KEYWORD:
            encoded.append("***")
            continue
        if each.kind is each.KEYWORD_ONLY and not has_star:
            encoded.append("*")
            has_star = True
        encoded.append(each.name + ("" if each.default is each.empty else "="))
    return f"{function.__qualname__}:" + ",".join(encoded)


def describe(owner, name, is_method, texts):
    found = getattr(owner, name, None)
    if inspect.isfunction(found):
        return python_function(found)
    if not callable(found) or inspect.isclass(found):
        return None
    run = (lambda *given: found(torch.ones(1), *given)) if is_method else found
    signatures = overloads(run, name, texts, is_method)
    return None if signatures is None else ";".join(signatures)


def as_function(method):
    """The function form of a method with its marks."""
    return ";".join(each if each == "!" else one_as_function(each) for each in ("" if method == "-" else method).split(";"))


def one_as_function(signature):
    own, mark, outs = signature.partition("^")
    items = ["Tinput", *([own] if own else [])]
    if mark:
        items += ([] if "*" in own.split(",") else ["*"]) + [f"L{outs}?out=" if outs else "T?out="]
    return ",".join(items)


def marked(method, function):
    """The signatures of a method, with marks where the function takes `out`; None where that is not all they differ in."""
    if not method or ":" in method or not function:
        return None
    found = []
    of_function = function.split(";")
    for k, each in enumerate(("" if method == "-" else method).split(";")):
        if each == "!":
            found.append(each)
            continue
        fits = [each + mark for mark in ("", "^", "^2", "^3") if k < len(of_function) and one_as_function(each + mark) == of_function[k]]
        if not fits:
            return None
        found.append(fits[0])
    result = ";".join(found)
    if as_function(result) != function:
        return None
    return "-" + result if method == "-" else result


def main():
    public = lambda owner: [name for name in dir(owner) if not name.startswith("_")]
    names = {"torch": public(torch), "torch.Tensor": public(torch.Tensor), "torch.nn.functional": public(torch.nn.functional)}
    texts = signature_texts()
    lines = []
    forms = {}
    for name in sorted({*names["torch"], *names["torch.Tensor"]}):
        if SKIPPED.fullmatch(name) and name not in KEPT:
            continue
        method = describe(torch.Tensor, name, True, texts) if name in names["torch.Tensor"] else None
        function = describe(torch, name, False, texts) if name in names["torch"] else None
        forms[name] = (method, function)
    for name, (method, function) in forms.items():
        # What writes in place takes what the function takes.
        is_known = name.endswith("_") and method is not None and forms.get(name[:-1], (None,))[0] == method
        if is_known and function in (None, as_function(method)):
            continue
        both = marked(method, function)
        if both is not None:
            lines.append(f"{name}|{both}")
        elif tells(method) or tells(function):
            lines.append(f"{name}|{method or ''}|{function or ''}")
    for name in names["torch.nn.functional"]:
        if SKIPPED.fullmatch(name) and name not in KEPT:
            continue
        found = describe(torch.nn.functional, name, False, texts)
        if f"{name}||{found}" not in lines and (tells(found) or name in forms):
            lines.append(f"F.{name}||{found if tells(found) else ''}")
    lines = [with_newer(line) for line in lines]
    path = os.path.join(here, "..", "..", "..", "packages", "torch", "src", "arguments", "table.ts")
    with open(path, "w") as file:
        file.write(HEADER + textwrap.fill(" ".join(sorted(lines)), 108, break_long_words=False, break_on_hyphens=False) + "`\n")
    print(f"{len(lines)} names, {os.path.getsize(path) / 1024:.0f} kB")


def with_newer(line):
    name, *parts = line.split("|")
    if name not in NEWER:
        return line
    at = 1 if len(parts) > 1 and parts[0] == "" else 0
    parts[at] += f";~{NEWER[name]}"
    return "|".join([name, *parts])


def tells(signature):
    return signature is not None and not signature.endswith("**,***")


HEADER = """// Generated by tools/golden/torch/signatures.py from PyTorch %s: what each function and method takes.
// The form of a line is told in signatures.ts.
export const table = `""" % torch.__version__

main()
