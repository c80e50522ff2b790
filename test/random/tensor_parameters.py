"""Parameters of random programs that are tensors, or structs of tensors. A shape is a tuple of sizes: numbers, and
"N", which is named and known at run time only."""
from parameters import Number


def type_of(shape):
    return f"nn::Tensor<double, {', '.join(map(str, shape))}>"


def made(shape):
    """The arguments that a tensor of a shape is made with."""
    return "(n)" if "N" in shape else ""


class TensorParameter(Number):
    """const nn::Tensor<double, ...>& x"""

    def __init__(self, name, shape):
        super().__init__(name)
        self.shape = shape

    def declaration(self):
        return f"const {type_of(self.shape)}& {self.name}"

    def into(self, scope):
        scope.tensors.append((self.name, self.shape))

    def make(self):
        size = made(self.shape).replace("n", "in.n")
        return [f"{type_of(self.shape)} {self.name}{size};", f"in.fill({self.name}.data(), {self.name}.size());"]

    def after(self):
        return [f"r.gradient(grad.{self.name}.data(), grad.{self.name}.size(), 0);"]

    def left(self):
        return [f"r.left(std::as_const({self.name}).data(), {self.name}.size());"]

    def part(self):
        count = 1
        for size in self.shape:
            count *= 1 if size == "N" else size
        numbers = f"0, {count}" if "N" in self.shape else f"{count}, 0"
        return f'{{Part::real, Part::read, "{self.name}", {numbers}}}'


class LayerParameter(Number):
    """const Layer& m, a struct of two tensors"""

    def declaration(self):
        return f"const Layer& {self.name}"

    def into(self, scope):
        scope.tensors += [(f"{self.name}.w", (3, 2)), (f"{self.name}.b", (2,))]

    def each(self, form):
        return [form.format(f"{self.name}.{member}") for member in "wb"]

    def make(self):
        return [f"Layer {self.name};"] + self.each("in.fill({0}.data(), {0}.size());")

    def after(self):
        return self.each("r.gradient(grad.{0}.data(), grad.{0}.size(), 0);")

    def left(self):
        return self.each("r.left(std::as_const({0}).data(), {0}.size());")

    def part(self):
        return f'{{Part::real, Part::read, "{self.name}", 8, 0}}'
