"""The C++ texts around random programs: the model that nn-diff reads and the driver that checks its derivatives."""
import re

MATH = "sin|cos|tanh|exp|log|sqrt|cbrt|atan|floor|fabs|erf|pow|hypot|atan2|fma|fmod"
HEADERS = ["algorithm", "array", "cmath", "numeric", "span", "tuple", "utility", "vector"]


def real(text, name):
    return text.replace("@", name)


def duals(text):
    return re.sub(rf"std::({MATH})\(", r"dual::\1(", real(text, "Dual"))


def model(helpers, functions):
    text = "#ifndef MODEL_CPP\n#define MODEL_CPP\n#include <nn/nn.h>\n"
    text += "".join(f"#include <{header}>\n" for header in HEADERS) + "\n" + real(helpers, "double")
    return text + "\n\n" + "\n\n".join("NN_DIFF()\n" + real(f.text, "double") for f in functions) + "\n#endif\n"


def block(head, lines):
    return head + " {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def each(function, what):
    """The lines that every parameter of a function has for something."""
    return [line for p in function.parameters for line in getattr(p, what)()]


def arguments(function):
    return ", ".join(p.argument() for p in function.parameters)


def run(f):
    """The derivative, called with inputs and perhaps an upstream gradient."""
    name, given, scalar = f"::{f.name}", arguments(f), f.result is None
    lines = ["Reader<double> in(inputs);"] + each(f, "make") + [f"nn::Gradients<&{name}> grad;"] + each(f, "before")
    lines += ["Result r;"]
    pull = [f"nn::Outputs<&{name}> out;"]
    if scalar:
        pull += [f"nn::vjp<&{name}>({given}, (*upstream)[0], out, grad, ws);", "r.value = {out.value};"]
        lines += ["if (upstream) {"] + pull + [f"}} else r.value = {{nn::value_and_grad<&{name}>({given}, grad, ws)}};"]
    else:
        size = "(in.n)" if "N" in f.result else ""
        pull += [f"{real(f.result, 'double')} u{size};", "std::copy(upstream->begin(), upstream->end(), u.data());",
                 f"nn::vjp<&{name}>({given}, u, out, grad, ws);",
                 "r.value.assign(out.value.data(), out.value.data() + out.value.size());"]
        lines += pull
    lines += each(f, "after") + each(f, "left") + ["return r;"]
    return real(block(f"Result run_{f.name}(const Inputs& inputs, const Upstream* upstream, nn::Workspace& ws)", lines),
                "double")


def dual(f):
    """The same program over dual numbers."""
    lines = ["Reader<@> in(inputs);"] + each(f, "make") + ["Duals r;", f"r.value = on_duals::{f.name}({arguments(f)});"]
    return duals(block(f"Duals dual_{f.name}(const Inputs& inputs)", lines + each(f, "left") + ["return r;"]))


def plain(f):
    """The function itself, without nn-diff."""
    lines = ["Reader<double> in(inputs);"] + each(f, "make")
    if f.result is None:
        lines += [f"return {{::{f.name}({arguments(f)})}};"]
    else:
        lines += [f"const {real(f.result, 'double')} y = ::{f.name}({arguments(f)});",
                  "return {y.data(), y.data() + y.size()};"]
    return real(block(f"std::vector<double> plain_{f.name}(const Inputs& inputs)", lines), "double")


def tables(functions, composed):
    text = "const std::vector<Program> programs = {\n"
    for f in functions:
        parts = ", ".join(p.part() for p in f.parameters)
        oracle = f"dual_{f.name}" if f.dual else "nullptr"
        text += f'    {{"{f.name}", {{{parts}}}, run_{f.name}, {oracle}, plain_{f.name}}},\n'
    text += "};\n\nconst std::vector<Composed> composed = {\n"
    at = {f.name: i for i, f in enumerate(functions)}
    for c in composed:
        lists = ["{" + ", ".join(map(str, of)) + "}" for of in (c.of_first, c.of_second)]
        text += (f"    {{Composed::{c.rule}, {at[c.name]}, {at[c.first.name]}, {at[c.second.name]}, {c.a}, {c.b}, "
                 f"{', '.join(lists)}}},\n")
    return text + "};\n"


def driver(helpers, functions, composed):
    with_duals = [f for f in functions if f.dual]
    text = '#include "model.nn.h"\n#include "checker.h"\n\n'
    if with_duals:
        text += "namespace on_duals {\n\n" + duals(helpers) + "\n\n"
        text += "\n\n".join("inline " + duals(f.text) for f in with_duals) + "\n\n}  // namespace on_duals\n\n"
    text += "namespace {\n\n" + "\n".join(run(f) + "\n" + plain(f) for f in functions)
    text += "\n".join(dual(f) for f in with_duals) + "\n" + tables(functions, composed) + "\n}  // namespace\n\n"
    return text + "int main(int argc, char** argv) {\n  return check_all(programs, composed, argc, argv);\n}\n"
