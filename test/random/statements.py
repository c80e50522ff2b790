"""Random C++ statements: control flow over scalars and arrays."""


class Array:
    """An array variable: how an element is written, from the texts of its indices."""

    def __init__(self, name, extents, form=None, writable=True):
        self.name, self.extents, self.writable = name, extents, writable
        self.form = form or name + "".join("[{}]" for _ in extents)

    def at(self, indices):
        return self.form.format(*indices)


class Scope:
    """What a place in the program can use."""

    def __init__(self):
        self.reals, self.ints, self.arrays, self.counters = [], [], [], []
        self.locals, self.int_locals = [], []  # what may be assigned
        self.in_loop = False
        self.can_return = True

    def copy(self):
        other = Scope()
        for key, value in vars(self).items():
            setattr(other, key, list(value) if isinstance(value, list) else value)
        return other


class Statements:
    def __init__(self, rng, expressions, constructs):
        self.rng, self.e, self.constructs = rng, expressions, constructs
        self.count = 0
        self.used = set()

    def name(self, stem):
        self.count += 1
        return f"{stem}{self.count}"

    def block(self, scope, depth, size):
        inner = scope.copy()
        lines = []
        for _ in range(size):
            lines += self.statement(inner, depth)
        return lines

    def body(self, scope, depth, size=None):
        size = size or self.rng.randrange(1, 4)
        return ["{"] + ["  " + line for line in self.block(scope, depth, size)] + ["}"]

    def statement(self, scope, depth):
        kinds = [k for k in self.constructs if depth > 0 or k not in NESTED]
        kind = self.rng.choices(kinds, [WEIGHTS.get(k, 1) for k in kinds])[0]
        lines = getattr(self, kind)(scope, depth)
        if lines:
            self.used.add(kind)
        return lines or self.assign(scope, depth)

    # Plain ones.
    def declare(self, scope, depth):
        name = self.name("t")
        text = f"@ {name} = {self.e.real(scope, 2)};"
        scope.reals.append(name)
        scope.locals.append(name)
        return [text]

    def declare_const(self, scope, depth):
        name = self.name("c")
        text = f"const @ {name} = {self.e.real(scope, 2)};"
        scope.reals.append(name)
        return [text]

    def declare_int(self, scope, depth):
        name = self.name("k")
        start = self.e.whole(scope) if scope.ints and self.rng.random() < 0.6 else str(self.rng.randrange(4))
        type_name = self.rng.choice(["int", "int", "long", "unsigned char", "short", "unsigned"])
        text = f"{type_name} {name} = static_cast<{type_name}>({start});"
        if type_name in ("int", "long"):
            scope.int_locals.append(name)
        scope.ints.append(name if type_name in ("int", "short") else f"static_cast<int>({name})")
        return [text]

    def declare_array(self, scope, depth):
        name, rng = self.name("a"), self.rng
        extents = [rng.randrange(1, 5)] if rng.random() < 0.7 else [rng.randrange(1, 4), rng.randrange(1, 4)]
        dims = "".join(f"[{e}]" for e in extents)
        scope_before = scope.copy()
        if len(extents) == 1 and rng.random() < 0.4:
            items = ", ".join(self.e.real(scope_before, 1) for _ in range(extents[0]))
            lines = [f"@ {name}{dims} = {{{items}}};"]
        else:
            lines = [f"@ {name}{dims} = {{}};"]
        scope.arrays.append(Array(name, extents))
        return lines

    def declare_uninitialised(self, scope, depth):
        name, rng = self.name("u"), self.rng
        lines = [f"@ {name};"] + self.with_condition(scope, [f"{name} = {self.e.real(scope, 1)};"],
                                                     [f"{name} = {self.e.real(scope, 1)};"])
        scope.reals.append(name)
        scope.locals.append(name)
        return lines

    def with_condition(self, scope, yes, no):
        return ([f"if ({self.e.condition(scope)}) {{"] + ["  " + y for y in yes] + ["} else {"] +
                ["  " + n for n in no] + ["}"])

    def target(self, scope):
        """Something real that can be assigned."""
        arrays = [a for a in scope.arrays if a.writable]
        if arrays and self.rng.random() < 0.45:
            array = self.rng.choice(arrays)
            texts = [self.e.index(scope, e) for e in array.extents]
            if all(t is not None for t in texts):
                return array.at(texts)
        return self.rng.choice(scope.locals) if scope.locals else None

    def assign(self, scope, depth):
        to = self.target(scope)
        if not to:
            return self.declare(scope, depth)
        return [f"{to} = {self.e.real(scope, 2)};"]

    def compound(self, scope, depth):
        to = self.target(scope)
        if not to:
            return None
        op = self.rng.choice(["+= {}", "-= {}", "*= std::cos({})", "/= 1.5 + std::sin({})"])
        return [f"{to} {op.format('@(' + self.e.real(scope, 2) + ')')};"]

    def count_int(self, scope, depth):
        if not scope.int_locals:
            return None
        name = self.rng.choice(scope.int_locals)
        return [self.rng.choice(["++{0};", "{0}--;", "{0} += 2;", "{0} = ({0} * 3) % 7;", "{0} ^= 1;"]).format(name)]

    def swap(self, scope, depth):
        if len(scope.locals) < 2:
            return None
        a, b = self.rng.sample(scope.locals, 2)
        return [f"std::swap({a}, {b});"]

    def comma(self, scope, depth):
        if len(scope.locals) < 2:
            return None
        a, b = self.rng.sample(scope.locals, 2)
        return [f"{a} = {self.e.real(scope, 1)}, {b} = {self.e.real(scope, 1)} + {a};"]

    def chain(self, scope, depth):
        if len(scope.locals) < 2:
            return None
        a, b = self.rng.sample(scope.locals, 2)
        return [f"{a} = {b} = {self.e.real(scope, 2)};"]

    # Control flow.
    def branch(self, scope, depth):
        lines = [f"if ({self.e.condition(scope)})"] + self.body(scope, depth - 1)
        if self.rng.random() < 0.6:
            lines += ["else"] + self.body(scope, depth - 1)
        return lines

    def loop_scope(self, scope, counter=None, extent=None):
        inner = scope.copy()
        inner.in_loop = True
        if counter:
            inner.ints.append(counter)
            if extent is not None:
                inner.counters.append((counter, extent))
        return inner

    def extent(self, scope):
        extents = [e for a in scope.arrays for e in a.extents]
        return self.rng.choice(extents) if extents and self.rng.random() < 0.7 else self.rng.randrange(0, 6)

    def counted(self, scope, depth):
        i, extent = self.name("i"), self.extent(scope)
        inner = self.loop_scope(scope, i, extent)
        head = self.rng.choice([
            "for (int {i} = 0; {i} < {e}; ++{i})", "for (int {i} = 0; {i} < {e}; {i}++)",
            "for (int {i} = {e} - 1; {i} >= 0; --{i})", "for (int {i} = 0; {i} != {e}; {i} += 1)",
            "for (int {i} = 0; {i} < {e}; {i} += 2)", "for (int {i} = {e}; {i}-- > 0;)"])
        return [head.format(i=i, e=extent)] + self.body(inner, depth - 1)

    def triangle(self, scope, depth):
        i, j, extent = self.name("i"), self.name("j"), self.extent(scope)
        outer = self.loop_scope(scope, i, extent)
        inner = self.loop_scope(outer, j, extent)
        lines = self.block(outer, 0, 1) + [f"for (int {j} = 0; {j} < {i}; ++{j})"] + self.body(inner, depth - 2)
        return [f"for (int {i} = 0; {i} < {extent}; ++{i}) {{"] + ["  " + line for line in lines] + ["}"]

    def while_loop(self, scope, depth):
        k = self.name("w")
        inner = self.loop_scope(scope, k)
        inner.ints = [t for t in inner.ints]
        condition = f"{k} < {self.rng.randrange(1, 5)} && {self.e.condition(scope)}"
        lines = [f"int {k} = 0;", f"while ({condition}) {{"]
        lines += ["  ++" + k + ";"] + ["  " + line for line in self.block(inner, depth - 1, self.rng.randrange(1, 4))]
        return lines + ["}"]

    def do_loop(self, scope, depth):
        k = self.name("w")
        inner = self.loop_scope(scope, k)
        lines = [f"int {k} = 0;", "do {"] + ["  " + line for line in self.block(inner, depth - 1, 2)]
        return lines + [f"}} while (++{k} < {self.rng.randrange(1, 4)} && {self.e.condition(scope)});"]

    def leave(self, scope, depth):
        if not scope.in_loop:
            return None
        return [f"if ({self.e.condition(scope)}) {self.rng.choice(['break', 'continue'])};"]

    def return_early(self, scope, depth):
        if not scope.can_return:
            return None
        return [f"if ({self.e.condition(scope)} && {self.e.condition(scope)}) return {self.e.real(scope, 2)};"]

    def switch(self, scope, depth):
        if not scope.ints:
            return None
        inner = scope.copy()
        inner.in_loop = False
        lines = [f"switch (({self.e.whole(scope)} & 7) % 4) {{"]
        labels = self.rng.sample(range(4), self.rng.randrange(1, 4))
        for label in labels:
            lines += [f"  case {label}: {{"] + ["    " + line for line in self.block(inner, depth - 1, 1)] + ["  }"]
            if self.rng.random() < 0.7:
                lines += ["  break;"]
        if self.rng.random() < 0.5:
            lines += ["  default: {"] + ["    " + line for line in self.block(inner, depth - 1, 1)] + ["  }"]
        return lines + ["}"]


NESTED = {"branch", "counted", "triangle", "while_loop", "do_loop", "switch"}
WEIGHTS = {"assign": 4, "compound": 4, "counted": 4, "branch": 3, "declare": 3, "declare_array": 2}
CONTROL = ["declare", "declare_const", "declare_int", "declare_array", "declare_uninitialised", "assign", "compound",
           "count_int", "swap", "comma", "chain", "branch", "counted", "triangle", "while_loop", "do_loop", "leave",
           "return_early", "switch"]
